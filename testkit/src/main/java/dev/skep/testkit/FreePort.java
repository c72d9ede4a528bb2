package dev.skep.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.random.RandomGenerator;

/**
 * A port that nobody has, over TCP and UDP. It lies below those that the kernel gives to
 * connections, so that none of them takes it before the test does.
 */
public final class FreePort {
  private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final int LOWEST = 10_000;

  /** So many ports in a row are not taken on a machine that can run tests. */
  private static final int ATTEMPTS = 200;

  private FreePort() {}

  /** One that is free at each of these local addresses now. */
  public static int at(String... addresses) {
    RandomGenerator random = RandomGenerator.getDefault();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = random.nextInt(LOWEST, below());
      if (isFree(port, addresses)) {
        return port;
      }
    }
    throw new AssertionError("found no free port at " + String.join(", ", addresses));
  }

  private static int below() {
    // Read at once: the kernel gives such a file's numbers to the first read alone.
    try (Scanner range = new Scanner(Files.newBufferedReader(EPHEMERAL))) {
      return Math.max(range.nextInt(), LOWEST + ATTEMPTS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isFree(int port, String... addresses) {
    for (String address : addresses) {
      InetSocketAddress at = new InetSocketAddress(InetAddress.ofLiteral(address), port);
      try (ServerSocket tcp = new ServerSocket();
          DatagramSocket udp = new DatagramSocket(null)) {
        tcp.bind(at);
        udp.bind(at);
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }
}
