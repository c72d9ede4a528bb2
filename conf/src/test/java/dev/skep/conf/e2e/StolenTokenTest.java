package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.conf.bus.BusCluster;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.FromNode;
import dev.skep.store.bus.NodeAddress;
import dev.skep.store.bus.message.AgentMessages.Leave;
import dev.skep.store.bus.message.AgentMessages.OpenSession;
import dev.skep.store.bus.message.AgentMessages.SessionOpened;
import dev.skep.store.bus.message.TunnelMessages.OpenTunnel;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.spec.Resources;
import dev.skep.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Who holds a worker's token can be a member of the swarm, and is on its bus. What is said to other
 * nodes, and by them, is none of his.
 */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StolenTokenTest {
  private static final Duration PATIENT = Duration.ofSeconds(20);

  private final DemoSwarm swarm;
  private JsonObject joined = new JsonObject();
  private BusCluster cluster;

  StolenTokenTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @BeforeAll
  void join() throws Exception {
    String address = swarm.address(9);
    String body =
        new JsonObject()
            .put("Token", swarm.docker("swarm", "join-token", "-q", "worker"))
            .put("Name", "thief")
            .put("Address", address)
            .put("Availability", "drain") // nothing of the other tests' is to be placed here
            .encode();
    joined = new JsonObject(post("http://" + swarm.address(1) + ":2377/skep/v1/join", body));
    cluster =
        BusCluster.start(
            "skep-" + joined.getString("ClusterID"),
            new Sensitive(joined.getString("BusSecret")),
            address,
            List.of(swarm.address(1)),
            new SecureRandom());
  }

  private static String post(String uri, String body) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(uri))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return answer.body();
    }
  }

  @AfterAll
  void leave() throws Exception {
    cluster.close().await(30, TimeUnit.SECONDS);
    swarm.docker("node", "rm", "--force", joined.getString("NodeID"));
  }

  private Vertx thief() {
    return cluster.vertx();
  }

  /** On the bus, with the one key that he has, for whatever node he names. */
  private Bus bus() {
    Sensitive own = new Sensitive(joined.getString("NodeKey"));
    Map<String, Sensitive> said =
        Map.of(joined.getString("NodeID"), own, swarm.nodeId(2), own, swarm.nodeId(1), own);
    return new Bus(thief().eventBus(), nodeId -> Optional.ofNullable(said.get(nodeId)));
  }

  @Test
  void he_is_on_the_bus_as_the_node_that_he_is() {
    SessionOpened opened =
        bus()
            .request(
                Addresses.SESSION,
                introduction(joined.getString("NodeID")),
                SessionOpened.class,
                PATIENT)
            .await();
    assertThat(opened.sessionId()).isNotEmpty();
  }

  @Test
  void he_gets_no_way_to_another_nodes_engine() {
    refused(Addresses.tunnel(swarm.nodeId(2)), new OpenTunnel("thief"));
    refused(Addresses.tunnel(swarm.nodeId(1)), new OpenTunnel("thief"));
  }

  @Test
  void he_cannot_clear_another_node() {
    swarm.docker(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "kept",
        "--mode",
        "global",
        "--entrypoint",
        "sleep",
        DemoSwarm.IMAGE,
        "1000");
    swarm.awaitReplicas("kept", DemoSwarm.NODES);
    String before = containers();
    assertThat(before.lines()).hasSize(DemoSwarm.NODES);

    NodeAddress leave = new NodeAddress(swarm.nodeId(2), Addresses.leave(swarm.nodeId(2)).text());
    assertThatThrownBy(() ->
            bus().request(leave, new Leave(swarm.nodeId(2)), JsonObject.class, PATIENT).await())
        .isInstanceOfSatisfying(
            BusFailure.class, e -> assertThat(e.code()).isEqualTo(BusFailure.NO_LISTENER));

    assertThat(containers()).isEqualTo(before);
    swarm.docker("service", "rm", "kept");
  }

  private static String containers() {
    return DemoSwarm.onEngine(
            "ps", "-q", "--no-trunc", "--filter", "label=com.docker.swarm.service.name=kept")
        .output();
  }

  private void refused(NodeAddress at, Object question) {
    fails(() -> bus().request(at, question, JsonObject.class, PATIENT).await());
    assertThatThrownBy(() ->
            thief().eventBus().request(at.text(), new JsonObject().put("NodeID", "x")).await())
        .isInstanceOfSatisfying(
            ReplyException.class, e -> assertThat(e.failureCode()).isEqualTo(BusFailure.FORBIDDEN));
  }

  private static void fails(ThrowingCallable asked) {
    assertThatThrownBy(asked)
        .isInstanceOfSatisfying(
            BusFailure.class, e -> assertThat(e.code()).isEqualTo(BusFailure.FORBIDDEN));
  }

  @Test
  void he_cannot_speak_for_another_node() {
    FromNode lie = introduction(swarm.nodeId(2));
    fails(() -> bus().request(Addresses.SESSION, lie, SessionOpened.class, PATIENT).await());
  }

  private static OpenSession introduction(String nodeId) {
    return new OpenSession(
        nodeId,
        new NodeDescription(
            "thief",
            new NodeDescription.Platform("x86_64", "linux"),
            Resources.Reservations.NONE,
            new NodeDescription.EngineDescription("20.10", Map.of(), List.of()),
            null),
        "127.0.0.99",
        null);
  }

  @Test
  void who_listens_in_another_nodes_place_reads_no_secret() {
    String data = "a-password-that-nobody-else-has";
    Queue<String> heard = new ConcurrentLinkedQueue<>();
    var listening =
        thief()
            .eventBus()
            .consumer(
                Addresses.assign(swarm.nodeId(2)).text(),
                (Message<Object> message) ->
                    heard.add(
                        new String(
                            ((Buffer) message.body()).getBytes(), StandardCharsets.ISO_8859_1)));
    listening.completion().await();
    assertThat(swarm.tryDockerWithInput(data, "secret", "create", "stolen", "-").status()).isZero();
    swarm.docker(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "secretive",
        "--secret",
        "stolen",
        "--constraint",
        "node.id==" + swarm.nodeId(2),
        "--entrypoint",
        "sleep",
        DemoSwarm.IMAGE,
        "1000");
    AtomicInteger replicas = new AtomicInteger(1);
    Await.until(
        "something for the node came to the thief",
        Duration.ofSeconds(60),
        () -> {
          swarm.docker("service", "scale", "-d", "secretive=" + replicas.incrementAndGet());
          return heard.size();
        },
        count -> count > 0);
    listening.unregister().await();

    swarm.awaitReplicas("secretive", replicas.get());
    assertThat(heard)
        .allSatisfy(message -> assertThat(message).doesNotContain("Tasks").doesNotContain(data))
        .allSatisfy(message ->
            assertThat(message)
                .doesNotContain(
                    Base64.getEncoder().encodeToString(data.getBytes(StandardCharsets.UTF_8))));
    swarm.docker("service", "rm", "secretive");
    swarm.docker("secret", "rm", "stolen");
  }
}
