package dev.skep.ingress.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.ingress.Client;
import dev.skep.ingress.FakeTask;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the mesh port gives to whoever connects to it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RelayTest {
  private static String talk(TestMesh mesh, String bytes) throws IOException {
    InetSocketAddress address = mesh.node(0).plane().meshAddress().socketAddress();
    try (Socket socket = Client.socket(address.getHostString(), address.getPort())) {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readAllBytes();
      return new String(answer, StandardCharsets.US_ASCII);
    } catch (java.net.SocketException e) {
      return "reset";
    }
  }

  @Test
  void connects_to_own_tasks_only() throws IOException {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask own =
          mesh.serving(
              0,
              "own",
              connection -> {
                int heard = connection.getInputStream().read();
                connection.getOutputStream().write(heard);
              });
      FakeTask others = mesh.answering(1, "others");
      mesh.route(own, others);
      assertThat(talk(mesh, "SKEP/1 own " + own.port() + "\nx")).isEqualTo("OK\nx");
      assertThat(talk(mesh, "SKEP/1 others " + others.port() + "\n"))
          .isEqualTo("GONE no such task here\n");
      assertThat(talk(mesh, "SKEP/1 own " + others.port() + "\n"))
          .isEqualTo("GONE no such task here\n");
      assertThat(talk(mesh, "SKEP/1 127.0.0.1 22\n")).isEqualTo("GONE no such task here\n");
      own.stopListening();
      assertThat(talk(mesh, "SKEP/1 own " + own.port() + "\n")).startsWith("NO ");
    }
  }

  @Test
  void turns_strangers_away() throws IOException {
    try (TestMesh mesh = new TestMesh(1)) {
      assertThat(talk(mesh, "GET / HTTP/1.1\r\n"))
          .isEqualTo("NO this is the mesh port of a Skep node, version 1\n");
      assertThat(talk(mesh, "x".repeat(10_000))).isIn("reset", "");
      assertThat(talk(mesh, "")).isIn("reset", ""); // after the greeting's time
    }
  }
}
