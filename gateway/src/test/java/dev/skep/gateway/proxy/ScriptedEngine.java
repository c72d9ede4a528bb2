package dev.skep.gateway.proxy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * An engine that does, on each connection, exactly what a test says; it listens on a Unix socket.
 */
final class ScriptedEngine implements AutoCloseable {

  /** What the engine does with one connection. */
  interface Script {
    void play(Wire client) throws Exception;
  }

  private static final String VERSIONS =
      """
      HTTP/1.1 200 OK\r
      Content-Type: application/json\r
      Content-Length: 45\r
      Connection: close\r
      \r
      {"ApiVersion":"1.41","MinAPIVersion":"1.12"}
      """;

  private final ServerSocketChannel server;
  private final ApiEndpoint endpoint;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  ScriptedEngine(Path socket, Script script) throws IOException {
    endpoint = new ApiEndpoint.Unix(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket), 1024);
    Thread.ofPlatform().daemon().name("scripted-engine").start(() -> accept(script));
  }

  ApiEndpoint endpoint() {
    return endpoint;
  }

  /** What went wrong in the scripts; a test that ends well leaves it empty. */
  Queue<Throwable> failures() {
    return failures;
  }

  private void accept(Script script) {
    while (server.isOpen()) {
      try {
        var wire = new Wire(server.accept());
        Thread.ofPlatform().daemon().start(() -> play(script, wire));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void play(Script script, Wire client) {
    try (client) {
      var head = client.head();
      if (head.startsWith("GET /version ")) {
        client.send(VERSIONS);
      } else {
        client.putBack(head);
        script.play(client);
      }
    } catch (Exception | AssertionError e) {
      failures.add(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
