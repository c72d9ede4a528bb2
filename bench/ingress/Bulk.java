import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Downloads a file over one connection and prints GB/s. Arguments: host, port, path, bytes. */
final class Bulk {
  public static void main(String[] args) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1024 * 1024);
    long left = Long.parseLong(args[3]);
    try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(args[0], Integer.parseInt(args[1])))) {
      String request = "GET " + args[2] + " HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      long begin = System.nanoTime();
      long read = 0;
      for (int n = channel.read(buffer.clear()); n >= 0; n = channel.read(buffer.clear())) {
        read += n;
      }
      if (read < left) {
        throw new EOFException("only " + read + " bytes came");
      }
      System.out.printf("%.3f%n", (double) read / (System.nanoTime() - begin));
    }
  }
}
