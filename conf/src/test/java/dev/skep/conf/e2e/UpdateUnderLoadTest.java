package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rolling updates of a healthy service lose no request, whichever node it came to. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class UpdateUnderLoadTest {
  private static final String NAME = "underload";
  private static final int PORT = 8181;

  /** Less on machines that cannot, so that what is lost was not lost to a queue without an end. */
  private static final int REQUESTS_PER_SECOND = 2_000;

  private final DemoSwarm swarm;

  UpdateUnderLoadTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @AfterEach
  void the_service_is_removed() {
    swarm.tryDocker("service", "rm", NAME);
    Await.until(
        "the containers are gone",
        DemoSwarm.CONVERGES,
        () -> swarm.containersNamed(NAME + "."),
        List::isEmpty);
  }

  @Test
  void five_updates_that_start_first_lose_no_request() {
    serve(PlainServer.class, 2, "--update-order", "start-first", "--update-parallelism", "2");
    updateUnderLoad(2, 5);
  }

  @Test
  void an_update_that_stops_one_of_several_loses_no_request() {
    serve(PlainServer.class, 4, "--update-order", "stop-first", "--update-parallelism", "1");
    updateUnderLoad(4, 1);
  }

  /**
   * Some hundred requests a second on connections that never rest, some that do, and answers that
   * pause: all of them are answered, on the same connection or, when the task has closed it between
   * two answers, on the next.
   */
  @Test
  void connections_that_clients_keep_end_between_two_answers() {
    serve(
        KeepingServer.class,
        2,
        "--update-order",
        "start-first",
        "--update-parallelism",
        "2",
        "--stop-grace-period",
        "3s");
    KeptLoad load = new KeptLoad();
    try (load) {
      load.begin(nodes(), 6, new KeptLoad.Habit("/", Duration.ofMillis(25)));
      load.begin(nodes(), 6, new KeptLoad.Habit("/", Duration.ofMillis(400)));
      load.begin(nodes(), 2, new KeptLoad.Habit(KeepingServer.SLOW, Duration.ZERO));
      Await.until(
          "all clients are served", DemoSwarm.CONVERGES, load::answered, count -> count > 100);
      update(2);
      update(2);
    }
    assertThat(load.failures()).isEmpty();
    assertThat(load.ended())
        .as("every client has changed to new tasks, twice")
        .isGreaterThanOrEqualTo(2 * (6 + 6 + 2) * DemoSwarm.NODES);
  }

  private void serve(Class<?> program, int replicas, String... update) {
    String jdk = System.getProperty("java.home");
    Path classes = Path.of("target", "test-classes").toAbsolutePath();
    var words = new ArrayList<>(List.of("service", "create", "-d", "--no-resolve-image"));
    words.addAll(List.of("--name", NAME, "--replicas", Integer.toString(replicas)));
    words.addAll(List.of("--publish", PORT + ":8080", "--restart-delay", "1s"));
    words.addAll(List.of("--health-cmd", "wget -q -O /dev/null http://127.0.0.1:8080/"));
    words.addAll(List.of("--health-interval", "1s", "--health-timeout", "10s"));
    words.addAll(List.of(update));
    // The image is a busybox; the JDK and the libraries that it needs are the host's.
    for (String mount :
        List.of(jdk + ":" + jdk, "/usr/lib:/lib", "/usr/lib64:/lib64", classes + ":/classes")) {
      String[] ends = mount.split(":");
      words.add("--mount");
      words.add("type=bind,readonly,source=" + ends[0] + ",target=" + ends[1]);
    }
    words.addAll(List.of("--entrypoint", jdk + "/bin/java", DemoSwarm.IMAGE));
    words.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx32m"));
    words.addAll(List.of("-cp", "/classes", program.getName()));
    swarm.docker(words.toArray(String[]::new));
    swarm.awaitReplicas(NAME, replicas);
  }

  private List<InetSocketAddress> nodes() {
    return IntStream.rangeClosed(1, DemoSwarm.NODES)
        .mapToObj(node -> new InetSocketAddress(swarm.address(node), PORT))
        .toList();
  }

  private void updateUnderLoad(int replicas, int times) {
    int rate = OpenLoad.sustainable(nodes(), REQUESTS_PER_SECOND);
    System.out.println("Requests per second: " + rate);
    OpenLoad load = new OpenLoad(nodes(), rate);
    try (load) {
      for (int i = 0; i < times; i++) {
        update(replicas);
      }
    }
    assertThat(load.failures()).isEmpty();
    assertThat(load.answered()).isPositive();
  }

  /** Returns when every container is a new one. */
  private void update(int replicas) {
    Set<String> before = new TreeSet<>(swarm.containers(NAME));
    // The leader may write the service between the command's question and its request.
    Await.until(
        "the update is accepted",
        DemoSwarm.CONVERGES,
        () -> swarm.tryDocker("service", "update", "-d", "--force", NAME),
        result -> result.status() == 0 || !result.output().contains("update out of sequence"));
    Await.until(
        "all containers are new",
        DemoSwarm.CONVERGES,
        () -> swarm.containers(NAME),
        names -> names.size() == replicas && names.stream().noneMatch(before::contains));
  }
}
