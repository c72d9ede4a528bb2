package dev.skep.gateway;

import dev.skep.gateway.proxy.ApiEndpoint;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * An engine that takes everything: it notes the first line of each request, answers once it has the
 * head, as Go's server does with a handler that reads no body, and reads the rest away.
 */
public final class RecordingEngine implements AutoCloseable {
  private static final String VERSIONS =
      "{\"Version\":\"20.10.24\",\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.12\"}";

  private final ServerSocketChannel server;
  private final ApiEndpoint endpoint;
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();

  public RecordingEngine(Path socket) throws IOException {
    endpoint = new ApiEndpoint.Unix(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket), 1024);
    Thread.ofVirtual().start(this::accept);
  }

  public ApiEndpoint endpoint() {
    return endpoint;
  }

  /** The first lines of the requests. */
  public Queue<String> asked() {
    return asked;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(SocketChannel client) {
    ByteBuffer block = ByteBuffer.allocate(64 * 1024);
    StringBuilder head = new StringBuilder();
    try (client) {
      while (head.indexOf("\r\n\r\n") < 0) {
        if (client.read(block.clear()) < 0) {
          return;
        }
        head.append(new String(block.array(), 0, block.position(), StandardCharsets.ISO_8859_1));
      }
      String line = head.substring(0, head.indexOf("\r\n"));
      asked.add(line);
      client.write(ByteBuffer.wrap(answer(line).getBytes(StandardCharsets.ISO_8859_1)));
      client.shutdownOutput();
      while (client.read(block.clear()) >= 0) {
        // Nobody reads a body.
      }
    } catch (IOException e) {
      // The gateway went away.
    }
  }

  private static String answer(String line) {
    String path = line.replaceFirst("^\\S* (/v[0-9.]+)?", "").replaceFirst("[? ].*", "");
    String body =
        switch (path) {
          case "/version" -> VERSIONS;
          case "/info" -> "{\"Name\":\"vm\"}";
          case "/networks", "/containers/json", "/images/json" -> "[]";
          default -> "";
        };
    String status = body.isEmpty() ? "404 Not Found" : "200 OK";
    body = body.isEmpty() ? "{\"message\":\"page not found\"}" : body;
    return "HTTP/1.1 "
        + status
        + "\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + (line.startsWith("HEAD ") ? "" : body);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
