package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.node.dns.FakeServer;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.TestKeys;
import dev.skep.store.bus.message.AgentMessages.Leave;
import dev.skep.store.bus.message.AgentMessages.Left;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Network;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.testkit.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.datagram.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What containers of a real engine find by name. */
@Tag("engine")
class NamesEngineTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @TempDir Path dir;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final String node = Ids.next(RANDOM);
  private final FakeDispatcher leader = new FakeDispatcher(vertx, node);
  private final Network back = Fixtures.network("net" + Ids.next(RANDOM), "back");
  private final Network front = Fixtures.network("net" + Ids.next(RANDOM), "front");
  private @Nullable String deployment;

  @BeforeEach
  void start() throws Exception {
    EngineLive.makeImage(dir);
    startAgent();
    leader.awaitSession(1);
    leader.provide(back);
    leader.provide(front);
  }

  @AfterEach
  void leave() throws Exception {
    try {
      Await.result(
          new Bus(vertx.eventBus(), TestKeys.ALL)
              .request(Addresses.leave(node), new Leave(node), Left.class, Duration.ofSeconds(25)));
      assertThat(
              EngineLive.output(
                  "network", "ls", "-q", "--filter", "label=dev.skep.node.id=" + node))
          .isEmpty();
    } finally {
      Await.result(vertx.close());
    }
  }

  private void startAgent() throws Exception {
    NodeSettings settings =
        new NodeSettings(
            node,
            TestKeys.KEY,
            "host1",
            "127.0.0.2",
            null,
            EngineLive.SOCKET,
            dir.resolve(node),
            List.of(Path.of("/dev/shm")),
            List.of());
    deployment =
        Await.result(
            vertx.deployVerticle(
                new NodeVerticle(settings, vertx, InstantSource.system(), RANDOM),
                new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD)));
  }

  private static ContainerSpecBuilder sleeping() {
    return ContainerSpecBuilder.builder()
        .image(EngineLive.IMAGE)
        .args(List.of("sleep", "1000"))
        .stopSignal("SIGKILL");
  }

  private Task task(String service, ContainerSpec spec, List<String> aliases, Network... networks) {
    TaskSpec.NetworkAttachmentConfig[] configs =
        Arrays.stream(networks)
            .map(n -> new TaskSpec.NetworkAttachmentConfig(n.id(), aliases, Map.of()))
            .toArray(TaskSpec.NetworkAttachmentConfig[]::new);
    return Fixtures.task(Ids.next(RANDOM), node, TaskSpec.of(spec).withNetworks(List.of(configs)))
        .withServiceName(service);
  }

  private String container(Task task) throws Exception {
    return Objects.requireNonNull(
        Objects.requireNonNull(running(task).status().containerStatus()).containerId());
  }

  private TaskReport running(Task task) throws Exception {
    return leader.awaitState(task.id(), TaskState.RUNNING);
  }

  private String address(Task task) throws Exception {
    String cidr = running(task).networks().getFirst().addresses().getFirst();
    return cidr.substring(0, cidr.indexOf('/'));
  }

  private static String lookup(String container, String name) throws Exception {
    return EngineLive.docker("exec", container, "nslookup", name).output();
  }

  @Test
  void a_name_leads_to_a_task_while_it_is_healthy() throws Exception {
    Task client = task("client", sleeping().build(), List.of(), front, back);
    Task web =
        task(
            "web",
            sleeping()
                .healthcheck(
                    new ContainerSpec.Healthcheck(
                        List.of("CMD", "test", "-e", "/tmp/well"),
                        SECOND / 10,
                        SECOND * 5,
                        1,
                        SECOND * 100,
                        null))
                .build(),
            List.of("db", "{{.Service.Name}}-{{.Task.Slot}}"),
            back);
    leader.assign(client, web);
    String asking = container(client);
    leader.awaitState(web.id(), TaskState.STARTING);
    eventually(
        () -> EngineLive.docker("exec", web.name(), "true").code() == 0, "the container to run");
    assertThat(lookup(asking, "web")).contains("NXDOMAIN");
    EngineLive.output("exec", web.name(), "touch", "/tmp/well");
    String address = address(web);
    for (String name :
        List.of("web", "tasks.web", "db", "tasks.db", "WEB-1", "web.back", web.name())) {
      assertThat(lookup(asking, name)).as(name).contains("Address: " + address);
    }
    EngineLive.output("exec", web.name(), "busybox", "rm", "/tmp/well");
    leader.awaitState(web.id(), TaskState.FAILED);
    assertThat(lookup(asking, "web")).contains("NXDOMAIN");
  }

  @Test
  void a_name_forgets_a_task_that_leaves_before_it_is_gone() throws Exception {
    ContainerSpec deaf =
        sleeping()
            .args(List.of("sh", "-c", "trap '' TERM; while true; do sleep 0.1; done"))
            .stopSignal("SIGTERM")
            .stopGracePeriod(3 * SECOND)
            .build();
    Task stays = task("web", deaf, List.of(), back);
    Task leaves = task("web", deaf, List.of(), back).withSlot(2);
    leader.assign(stays, leaves);
    String asking = container(stays);
    String staying = address(stays);
    String leaving = address(leaves);
    assertThat(lookup(asking, "web")).contains("Address: " + staying, "Address: " + leaving);
    leader.assign(leaves.withDesiredState(TaskState.SHUTDOWN));
    eventually(() -> !lookup(asking, "web").contains("Address: " + leaving), "the name to change");
    assertThat(EngineLive.output("inspect", "-f", "{{.State.Running}}", leaves.name()))
        .isEqualTo("true");
    assertThat(lookup(asking, "web")).contains("Address: " + staying);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_restarted_agent_goes_on_answering_and_asks_the_services_own_server_for_the_rest(
      boolean assignmentsLost) throws Exception {
    Await.result(FakeServer.always(vertx, "127.53.53.53", 53, "203.0.113.7"));
    Task web =
        task(
            "web",
            sleeping()
                .dnsConfig(
                    new ContainerSpec.DnsConfig(
                        List.of("127.53.53.53"), List.of("corp.example"), List.of("ndots:1")))
                .build(),
            List.of(),
            back);
    leader.assign(web);
    String asking = container(web);
    String address = address(web);
    String since = EngineLive.output("inspect", "-f", "{{.State.StartedAt}}", asking);
    assertThat(EngineLive.output("exec", asking, "cat", "/etc/resolv.conf"))
        .contains("search corp.example");
    assertThat(lookup(asking, "www.example.com")).contains("Address: 203.0.113.7");
    Await.result(vertx.undeploy(Objects.requireNonNull(deployment)));
    if (assignmentsLost) {
      Files.delete(dir.resolve(node).resolve("assignments.json"));
    }
    startAgent();
    leader.forgetSession();
    // With the dot at its end, because this nslookup tries the search domain first and no more.
    eventually(() -> lookup(asking, "web.").contains("Address: " + address), "names again");
    assertThat(lookup(asking, "www.example.com")).contains("Address: 203.0.113.7");
    assertThat(EngineLive.output("inspect", "-f", "{{.State.StartedAt}}", asking)).isEqualTo(since);
  }

  @Test
  void where_the_port_is_taken_the_engine_answers() throws Exception {
    DatagramSocket other = vertx.createDatagramSocket();
    Await.result(other.listen(53, "0.0.0.0"));
    Task first = task("web", sleeping().build(), List.of("db"), back);
    leader.assign(first);
    String asking = container(first);
    assertThat(EngineLive.output("inspect", "-f", "{{json .HostConfig.Dns}}", asking))
        .isIn("null", "[]");
    assertThat(lookup(asking, "db")).contains("Address: " + address(first));
    Await.result(other.close());
    Task second = task("api", sleeping().build(), List.of(), back);
    leader.assign(second);
    assertThat(lookup(container(second), "api")).contains("Address: " + address(second));
    assertThat(EngineLive.output("inspect", "-f", "{{json .HostConfig.Dns}}", container(second)))
        .startsWith("[\"");
  }

  /** A question that nobody answers takes its asker ten seconds and more. */
  private static void eventually(Await.Condition condition, String what) {
    Await.until(what, Duration.ofSeconds(60), condition);
  }
}
