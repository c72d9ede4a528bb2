package dev.skep.engine.fake;

import dev.skep.engine.http.ApiEndpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** An engine that reads a request and then does it wrong. */
public final class FaultyEngine implements AutoCloseable {
  private static final byte[] FILL = "x".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);

  /** What it does instead of an answer. */
  public enum Fault {
    CLOSES_AT_ONCE(""),
    CLOSES_IN_THE_STATUS_LINE("HTTP/1.1 20"),
    CLOSES_IN_THE_HEAD("HTTP/1.1 200 OK\r\nContent-Type: appl"),
    CLOSES_BEHIND_THE_HEAD("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
    CLOSES_IN_THE_BODY("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"Name\":"),
    CLOSES_IN_A_CHUNK("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"Name\":"),
    GARBLES_THE_STATUS_LINE("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    GARBLES_A_CHUNK("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
    TRUNCATES_JSON(whole("application/json", "{\"Name\":\"vm\",\"Labels\":[")),
    GIVES_WRONG_TYPES(whole("application/json", "[{\"Name\":7,\"Labels\":\"a\",\"Id\":{}}, 3]")),
    GIVES_NULL(whole("application/json", "null")),
    GIVES_HTML(whole("text/html", "<html><body>504 Gateway Time-out</body></html>")),
    GIVES_NOTHING(whole("application/json", "")),
    GIVES_A_HUGE_HEAD("HTTP/1.1 200 OK\r\nX: "),
    NEVER_ENDS("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"),
    NEVER_ANSWERS("");

    private final String bytes;

    Fault(String bytes) {
      this.bytes = bytes;
    }

    private static String whole(String type, String body) {
      return "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
          .formatted(type, body.length(), body);
    }
  }

  private final RawServer server;
  private volatile Fault fault = Fault.CLOSES_AT_ONCE;

  public FaultyEngine(Path socket) throws IOException {
    server = new RawServer(socket, this::answer);
  }

  public ApiEndpoint endpoint() {
    return server.endpoint();
  }

  public void does(Fault next) {
    fault = next;
  }

  private void answer(SocketChannel client) throws IOException {
    Fault now = fault;
    if (!RawServer.head(client).endsWith("\r\n\r\n")) {
      return;
    }
    OutputStream out = Channels.newOutputStream(client);
    out.write(now.bytes.getBytes(StandardCharsets.US_ASCII));
    if (now == Fault.GIVES_A_HUGE_HEAD || now == Fault.NEVER_ENDS) {
      while (true) {
        out.write(FILL); // until the reader has enough of it
      }
    }
    var in = Channels.newInputStream(client);
    while (now == Fault.NEVER_ANSWERS && in.read() >= 0) {}
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
