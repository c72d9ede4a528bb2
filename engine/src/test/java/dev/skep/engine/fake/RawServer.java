package dev.skep.engine.fake;

import dev.skep.engine.http.ApiEndpoint;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A Unix socket on which a test does with each connection what it likes, byte by byte. */
public final class RawServer implements AutoCloseable {
  private static final int BACKLOG = 1024;

  /** What is done with one connection; it is closed afterwards. */
  public interface Play {
    void with(SocketChannel client) throws IOException;
  }

  private final ServerSocketChannel server;
  private final ApiEndpoint endpoint;
  private final Play play;

  /** Listens, and plays with each connection on a thread of its own. */
  public RawServer(Path socket, Play play) throws IOException {
    this.endpoint = new ApiEndpoint.Unix(socket);
    this.play = play;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
    Thread.ofPlatform().daemon().name("raw-server").start(this::accept);
  }

  public ApiEndpoint endpoint() {
    return endpoint;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.ofPlatform().daemon().start(() -> play(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void play(SocketChannel client) {
    try (client) {
      play.with(client);
    } catch (IOException e) {
      // The other side went away.
    }
  }

  /** A request's head with the empty line behind it; what there is of it when the client ends. */
  public static String head(SocketChannel client) throws IOException {
    var in = Channels.newInputStream(client);
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      head.append((char) next);
    }
    return head.toString();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
