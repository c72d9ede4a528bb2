package dev.skep.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FreePortTest {
  @Test
  void is_free_over_both_and_no_connection_s() throws IOException {
    int port = FreePort.at("127.0.0.1", "127.0.0.2");
    for (String address : new String[] {"127.0.0.1", "127.0.0.2"}) {
      try (ServerSocket tcp = new ServerSocket(port, 1, InetAddress.ofLiteral(address));
          DatagramSocket udp = new DatagramSocket(port, InetAddress.ofLiteral(address))) {
        assertThat(tcp.getLocalPort()).isEqualTo(udp.getLocalPort());
      }
    }
    String range = Files.readAllLines(Path.of("/proc/sys/net/ipv4/ip_local_port_range")).getFirst();
    assertThat(port).isLessThan(Integer.parseInt(range.split("\t", 2)[0]));
  }
}
