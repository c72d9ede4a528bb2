package dev.skep.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of requests: when they are read, and how many at once. */
class BodyBudgetTest {
  private static final int LARGEST = 8 * 1024 * 1024;

  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() {
    gateway.close();
  }

  /** A client that says that a body will come, and sends a part of it. */
  private SocketChannel begin(String target, int announced, String part) throws IOException {
    SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
    client.connect(UnixDomainSocketAddress.of(gateway.socket.path()));
    String head =
        "POST "
            + target
            + " HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: "
            + announced
            + "\r\n\r\n"
            + part;
    client.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
    return client;
  }

  private static String firstLine(SocketChannel client) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(4096);
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n") < 0 && client.read(answer) >= 0) {
      answer.flip();
      text.append(StandardCharsets.US_ASCII.decode(answer));
      answer.clear();
    }
    return text.substring(0, Math.max(0, text.indexOf("\r\n")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/services/create",
        "/services/x/update",
        "/secrets/create",
        "/secrets/x/update",
        "/configs/create",
        "/configs/x/update",
        "/nodes/x/update",
        "/swarm/update"
      })
  void what_only_a_manager_does_is_refused_before_the_body_comes(String path) throws IOException {
    gateway.asWorker();
    try (SocketChannel client = begin("/v1.41" + path, LARGEST, "{")) {
      assertThat(firstLine(client)).startsWith("HTTP/1.1 503");
    }
  }

  @Test
  void an_unknown_version_is_refused_before_the_body_comes() throws IOException {
    gateway.asManager();
    try (SocketChannel client = begin("/v1.99/configs/create", LARGEST, "{")) {
      assertThat(firstLine(client)).startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void too_large_a_body_is_refused_before_it_comes() throws IOException {
    gateway.asManager();
    try (SocketChannel client = begin("/v1.41/configs/create", LARGEST + 1, "{")) {
      assertThat(firstLine(client)).startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void who_finds_no_room_waits_and_is_served() throws IOException {
    gateway.asManager();
    Future<HttpClientResponse> waiting;
    try (SocketChannel first = begin("/v1.41/configs/create", LARGEST, "{")) {
      assertThat(first.isConnected()).isTrue();
      gateway.awaitTrue(() -> gateway.bodies().free() == 0);
      waiting = create("waits");
      gateway.awaitTrue(() -> gateway.bodies().waiting() == 1);
      assertThat(gateway.get("/v1.41/configs").text()).isEqualTo("[]\n");
      assertThat(waiting.isComplete()).isFalse();
    }
    assertThat(GatewayFixture.within(waiting).statusCode()).isEqualTo(201);
  }

  @Test
  void the_room_of_each_is_free_again_after_it() {
    gateway.asManager();
    String large = "{\"Name\":\"c%d\",\"Data\":\"" + "A".repeat(1_000_000) + "\"}";
    List<Future<HttpClientResponse>> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      all.add(send("/v1.41/configs/create", large.formatted(i)));
      all.add(send("/v1.41/configs/create", "no JSON" + " ".repeat(1_000_000)));
    }
    for (int i = 0; i < all.size(); i++) {
      assertThat(GatewayFixture.within(all.get(i)).statusCode()).isEqualTo(i % 2 == 0 ? 201 : 400);
    }
  }

  private Future<HttpClientResponse> create(String name) {
    return send("/v1.41/configs/create", "{\"Name\":\"" + name + "\",\"Data\":\"YQ==\"}");
  }

  private Future<HttpClientResponse> send(String uri, String body) {
    RequestOptions to =
        new RequestOptions()
            .setServer(gateway.socket.vertxAddress())
            .setHost("localhost")
            .setPort(80)
            .setMethod(HttpMethod.POST)
            .setURI(uri);
    return gateway.client().request(to).compose(request -> request.send(body));
  }
}
