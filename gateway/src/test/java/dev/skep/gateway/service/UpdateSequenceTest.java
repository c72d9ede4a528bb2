package dev.skep.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.gateway.GatewayFixture;
import dev.skep.store.model.Config;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.Endpoint;
import dev.skep.store.model.Service.PortError;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.VersionedData;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the leader writes into an object does not overtake who thinks about its spec. */
class UpdateSequenceTest {
  private static final String OVERTAKEN = "rpc error: code = Unknown desc = update out of sequence";
  private static final Instant NOW = Instant.EPOCH;
  private static final VersionedData PAST = new VersionedData(0, new Sensitive("b2xk"), null);

  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void a_service_gets_its_endpoint_while_somebody_updates_it() {
    gateway.post("/services/create", service("1")).expect(201);
    overtakes(
        "/services/web",
        service("2"),
        service("3"),
        write(
            Service.class,
            s -> s.withEndpoint(new Endpoint(EndpointSpec.NONE, List.of(), List.of()))),
        write(Service.class, s -> s.withUpdateStatus(new UpdateStatus("updating", NOW, null, ""))),
        write(
            Service.class, s -> s.withPortErrors(List.of(new PortError("n", 1, "tcp", "taken")))));
    Service service = (Service) gateway.store.state().named(Kind.SERVICE, "web").orElseThrow();
    assertThat(service.endpoint()).as("what the leader wrote stays").isNotNull();
    assertThat(service.portErrors()).hasSize(1);
  }

  @Test
  void a_rollback_of_the_leader_does_overtake() {
    gateway.post("/services/create", service("1")).expect(201);
    long read = version("/services/web");
    gateway.post("/services/web/update?version=" + read, service("2")).expect(200);
    long updated = version("/services/web");
    write(
            Service.class,
            s -> s.with(b -> b.spec(Objects.requireNonNull(s.previousSpec())).previousSpec(null)))
        .run();
    gateway.post("/services/web/update?version=" + updated, service("3")).refuses(500, OVERTAKEN);
  }

  @Test
  void a_node_goes_down_and_comes_back_while_somebody_updates_it() {
    String spec = "{\"Role\":\"worker\",\"Availability\":\"%s\"}";
    overtakes(
        "/nodes/node-2",
        spec.formatted("drain"),
        spec.formatted("pause"),
        writeWorker(n -> n.withStatus(new NodeStatus(NodeStatus.DOWN, "lost", null))),
        writeWorker(n -> n.withMeshAddress("127.0.0.3:7")));
  }

  @Test
  void tokens_change_while_somebody_updates_the_swarm() {
    String spec = "{\"Name\":\"default\",\"Orchestration\":{\"TaskHistoryRetentionLimit\":%d}}";
    gateway.post("/swarm/update?version=" + version("/swarm"), spec.formatted(3)).expect(200);
    overtakes(
        "/swarm",
        spec.formatted(4),
        spec.formatted(5),
        () ->
            gateway
                .post(
                    "/swarm/update?rotateWorkerToken=true&version=" + version("/swarm"),
                    spec.formatted(3))
                .expect(200));
  }

  @Test
  void past_data_is_forgotten_while_somebody_labels_a_secret_or_config() {
    String body = "{\"Name\":\"a\",\"Labels\":{\"x\":\"%s\"}%s}";
    for (String path : List.of("/secrets", "/configs")) {
      gateway.post(path + "/create", body.formatted("1", ",\"Data\":\"YQ==\"")).expect(201);
    }
    overtakes(
        "/secrets/a",
        body.formatted("2", ""),
        body.formatted("3", ""),
        write(Secret.class, s -> s.withPastData(List.of(PAST))));
    overtakes(
        "/configs/a",
        body.formatted("2", ""),
        body.formatted("3", ""),
        write(Config.class, c -> c.withPastData(List.of(PAST))));
  }

  /** Reads, lets the leader write, and updates: only what another update changed is in the way. */
  private void overtakes(String path, String first, String second, Runnable... leader) {
    long read = version(path);
    for (Runnable write : leader) {
      write.run();
    }
    assertThat(version(path)).as("the version that is shown").isGreaterThan(read);
    assertThat(gateway.get(path).text()).doesNotContain("SpecIndex");
    gateway.post(path + "/update?version=" + read, first).expect(200);
    gateway.post(path + "/update?version=" + read, second).refuses(500, OVERTAKEN);
    gateway.post(path + "/update?version=" + (version(path) + 1), second).refuses(500, OVERTAKEN);
  }

  private long version(String path) {
    return gateway.get(path).expect(200).json().at("/Version/Index").asLong();
  }

  private Runnable writeWorker(UnaryOperator<Node> change) {
    return () ->
        gateway.update(
            change.apply(gateway.store.state().node(GatewayFixture.WORKER).orElseThrow()));
  }

  private <T extends SwarmObject> Runnable write(Class<T> type, UnaryOperator<T> change) {
    Kind kind =
        List.of(Kind.values()).stream().filter(k -> k.type() == type).findAny().orElseThrow();
    return () ->
        gateway.update(change.apply(type.cast(gateway.store.state().all(kind).iterator().next())));
  }

  private static String service(String image) {
    return "{\"Name\":\"web\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"test/whoami:%s\"}}}"
        .formatted(image);
  }
}
