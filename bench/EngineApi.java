import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * One keep-alive connection to an Engine API's Unix socket: the same small client for every contender, so that none pays for a
 * better one.
 */
final class EngineApi implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  private final Path socket;
  private SocketChannel channel;
  private InputStream in;

  EngineApi(Path socket) {
    this.socket = socket;
  }

  /** Calls and expects success: 2xx, or 404 for a DELETE (gone is gone). */
  JsonNode call(String method, String path, Object body) {
    try {
      connect();
      byte[] json = body == null ? new byte[0] : JSON.writeValueAsBytes(body);
      String head =
          method + " /v1.41" + path + " HTTP/1.1\r\nHost: engine\r\nContent-Type: application/json\r\nContent-Length: " + json.length + "\r\n\r\n";
      write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
      write(ByteBuffer.wrap(json));
      return answer(method, path);
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(method + " " + path + " at " + socket, e);
    }
  }

  JsonNode get(String path) {
    return call("GET", path, null);
  }

  JsonNode post(String path, Object body) {
    return call("POST", path, body);
  }

  void delete(String path) {
    call("DELETE", path, null);
  }

  private void connect() throws IOException {
    if (channel == null) {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private JsonNode answer(String method, String path) throws IOException {
    int status = Integer.parseInt(line().split(" ")[1]);
    long length = -1;
    boolean chunked = false;
    boolean closing = false;
    for (String line = line(); !line.isEmpty(); line = line()) {
      String header = line.toLowerCase(java.util.Locale.ROOT);
      if (header.startsWith("content-length:")) {
        length = Long.parseLong(header.substring(15).strip());
      }
      chunked |= header.startsWith("transfer-encoding:") && header.contains("chunked");
      closing |= header.startsWith("connection:") && header.contains("close");
    }
    byte[] body = status == 204 ? new byte[0] : chunked ? chunks() : length >= 0 ? bytes((int) length) : in.readAllBytes();
    if (closing) {
      close();
    }
    boolean fine = status / 100 == 2 || status == 304 || (status == 404 && method.equals("DELETE"));
    if (!fine) {
      throw new IOException(status + " " + new String(body, StandardCharsets.UTF_8).strip());
    }
    return body.length == 0 || status == 404 ? JSON.valueToTree(Map.of()) : JSON.readTree(body);
  }

  private byte[] chunks() throws IOException {
    var all = new java.io.ByteArrayOutputStream();
    for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
      all.write(bytes(size));
      line();
    }
    line();
    return all.toByteArray();
  }

  private byte[] bytes(int count) throws IOException {
    byte[] read = in.readNBytes(count);
    if (read.length < count) {
      throw new EOFException("the answer ended early");
    }
    return read;
  }

  private String line() throws IOException {
    var text = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the connection ended");
      }
      if (c != '\r') {
        text.append((char) c);
      }
    }
    return text.toString();
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      channel = null;
    }
  }
}
