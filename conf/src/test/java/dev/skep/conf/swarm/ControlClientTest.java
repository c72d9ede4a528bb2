package dev.skep.conf.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.skep.conf.swarm.ControlMessages.Join;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Sensitive;
import dev.skep.testkit.Await;
import dev.skep.testkit.FreePort;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A join to a port where something else is. */
@ExtendWith(VertxExtension.class)
@Timeout(60)
class ControlClientTest {
  private static final String HOST = "127.92.1.1";

  private Vertx vertx;

  @BeforeEach
  void take(Vertx vertx) {
    this.vertx = vertx;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 404 Not Found\r\nContent-Length: 14\r\n\r\n<html>?</html>",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 29\r\n\r\n{\"message\":\"page not found\"}\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull",
        "HTTP/1.1 500 Oh\r\nContent-Length: 4\r\n\r\nnull",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 301 Elsewhere\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
      })
  void another_server_is_called_what_it_is(String answer) throws Exception {
    MembershipException refused = refusal(answer, Duration.ofSeconds(10));

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused)
        .hasMessageMatching(
            "what answers at 127\\.92\\.1\\.1:\\d+ is no manager of a Skep swarm( \\(HTTP \\d+\\))?; "
                + "give the address and control port of one, such as 127\\.0\\.0\\.2:2377");
  }

  @Test
  void what_speaks_no_http_is_not_reached() throws Exception {
    assertThat(refusal("SSH-2.0-OpenSSH_9.2\r\n\r\n", Duration.ofSeconds(10)))
        .hasMessageStartingWith("cannot reach a manager at 127.92.1.1:")
        .hasMessageEndingWith("check that its daemon runs and that this is its control port")
        .hasMessageNotContainingAny("\n", "Exception");
  }

  @Test
  void who_says_nothing_is_not_waited_for_for_ever() throws Exception {
    assertThat(refusal("", Duration.ofMillis(300))).hasMessageContaining("no answer within 0.3 s");
  }

  @Test
  void a_closed_port_is_named() throws Exception {
    int port = FreePort.at(HOST);

    assertThat(ask(port, Duration.ofSeconds(10)))
        .hasMessage(
            "cannot reach a manager at %s:%d: connection refused; check that its daemon runs and that this is its control port"
                .formatted(HOST, port));
  }

  private MembershipException refusal(String answer, Duration patience) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      Thread.ofVirtual().start(() -> serve(server, answer));
      return ask(server.getLocalPort(), patience);
    }
  }

  private MembershipException ask(int port, Duration patience) {
    Join join = new Join(new Sensitive("t"), "two", "127.92.1.2", null);
    return catchThrowableOfType(
        MembershipException.class,
        () -> Await.result(ControlClient.ask(vertx, HOST, port, join, patience)));
  }

  private static void serve(ServerSocket server, String answer) {
    try (Socket client = server.accept()) {
      // An answer before the request would be another fault.
      readHead(client.getInputStream());
      client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
      client.getInputStream().readAllBytes();
    } catch (IOException e) {
      // The test is over.
    }
  }

  private static void readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return;
      }
      head.append((char) next);
    }
  }
}
