package dev.skep.engine.fake;

import dev.skep.engine.http.ApiEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
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

  private final RawServer server;
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();

  public RecordingEngine(Path socket) throws IOException {
    server = new RawServer(socket, this::serve);
  }

  public ApiEndpoint endpoint() {
    return server.endpoint();
  }

  /** The first lines of the requests. */
  public Queue<String> asked() {
    return asked;
  }

  private void serve(SocketChannel client) throws IOException {
    String head = RawServer.head(client);
    if (!head.endsWith("\r\n\r\n")) {
      return;
    }
    String line = head.substring(0, head.indexOf("\r\n"));
    asked.add(line);
    client.write(ByteBuffer.wrap(answer(line).getBytes(StandardCharsets.ISO_8859_1)));
    client.shutdownOutput();
    ByteBuffer block = ByteBuffer.allocate(64 * 1024);
    while (client.read(block.clear()) >= 0) {
      // Nobody reads a body.
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
