package dev.skep.engine.fake;

import dev.skep.engine.http.ApiEndpoint;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * An engine that does, on each connection, exactly what a test says; it listens on a Unix socket.
 */
public final class ScriptedEngine implements AutoCloseable {

  /** What the engine does with one connection. */
  public interface Script {
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

  private final RawServer server;
  private final Script script;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  public ScriptedEngine(Path socket, Script script) throws IOException {
    this.script = script;
    this.server = new RawServer(socket, this::play);
  }

  public ApiEndpoint endpoint() {
    return server.endpoint();
  }

  /** What went wrong in the scripts; a test that ends well leaves it empty. */
  public Queue<Throwable> failures() {
    return failures;
  }

  private void play(SocketChannel client) {
    try (Wire wire = new Wire(client)) {
      var head = wire.head();
      if (head.startsWith("GET /version ")) {
        wire.send(VERSIONS);
      } else {
        wire.putBack(head);
        script.play(wire);
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
