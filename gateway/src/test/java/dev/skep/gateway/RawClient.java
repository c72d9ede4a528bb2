package dev.skep.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends bytes as they are and reads what comes until the connection ends. */
public final class RawClient {
  private static final int PATIENCE_SECONDS = 30;
  private static final int MAX_ANSWER_BYTES = 1 << 20;

  private RawClient() {}

  /**
   * What a server says to these bytes, cut where the numbers say, each character a byte.
   *
   * @param end whether the client ends its output behind them
   */
  public static String talk(Path socket, String text, boolean end, int... cuts) throws IOException {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      var talk = new FutureTask<>(() -> talk(channel, text, end, cuts));
      Thread.ofVirtual().start(talk);
      return talk.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no end came within " + PATIENCE_SECONDS + " s", e);
    } catch (ExecutionException | InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static String talk(SocketChannel channel, String text, boolean end, int[] cuts)
      throws IOException {
    var answer = new ByteArrayOutputStream();
    try {
      var sent = 0;
      for (var i = 0; i <= cuts.length; i++) {
        var to = i < cuts.length ? Math.max(sent, Math.min(cuts[i], text.length())) : text.length();
        var bytes = text.substring(sent, to).getBytes(StandardCharsets.ISO_8859_1);
        var left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        sent = to;
      }
      if (end) {
        channel.shutdownOutput();
      }
    } catch (IOException e) {
      // The server had enough; what it said still counts.
    }
    var block = ByteBuffer.allocate(64 * 1024);
    try {
      while (channel.read(block.clear()) >= 0 && answer.size() < MAX_ANSWER_BYTES) {
        answer.write(block.array(), 0, block.position());
      }
    } catch (IOException e) {
      // A reset behind the answer.
    }
    return answer.toString(StandardCharsets.ISO_8859_1);
  }
}
