package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo as a command: it comes, says what is, refuses with a way out, and goes without a trace.
 */
@Tag("e2e")
@Order(1)
class DemoLifeTest {
  private static final String NET = DemoSwarm.net(78);

  private final DemoSwarm demo;

  DemoLifeTest(@TempDir Path dir) {
    demo = new DemoSwarm(NET, dir.resolve("demo"));
  }

  @AfterEach
  void it_is_stopped() {
    demo.demoSucceeds("--stop");
  }

  @Test
  void it_comes_says_that_it_runs_and_goes_without_a_trace() {
    List<String> containers = everyContainer();
    List<String> networks = everyNetwork();
    List<String> images = everyImage();

    Command.Result first = demo.demoSucceeds();
    assertThat(first.output())
        .contains(
            "shop_web 6/6",
            "curl http://" + NET + ".4:8080/",
            "export DOCKER_HOST=unix://" + demo.dir() + "/node-1/skep.sock",
            "demo --stop")
        .doesNotContain("no answer");

    Command.Result second = demo.demoSucceeds();
    assertThat(second.output())
        .contains("is running already", "demo --stop")
        .doesNotContain("again");

    Command.Result stop = demo.demoSucceeds("--stop");
    assertThat(stop.output()).contains("Nothing of the demo is left.");
    assertThat(demo.dir()).doesNotExist();
    assertThat(everyContainer()).isEqualTo(containers);
    assertThat(everyNetwork()).isEqualTo(networks);
    assertThat(everyImage()).isEqualTo(images);
    assertThat(processes()).isEmpty();

    assertThat(demo.demoSucceeds("--stop").output()).contains("No demo is running");
  }

  @Test
  void a_taken_port_is_named_and_nothing_is_begun() throws IOException {
    try (var taken = new ServerSocket(DemoSwarm.WEB_PORT, 1, InetAddress.getByName(NET + ".3"))) {
      Command.Result refused = demo.demo();
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.output()).contains(NET + ".3:" + taken.getLocalPort(), "SKEP_DEMO_NET");
    }
    assertThat(demo.dir()).doesNotExist();
  }

  @Test
  void a_silent_engine_is_named_and_nothing_is_left() {
    Map<String, String> environment = new HashMap<>(demo.environment());
    environment.put("SKEP_ENGINE", "unix:///nowhere/docker.sock");
    Command.Result refused =
        Command.run(environment, List.of(DemoSwarm.home().resolve("bin/skep").toString(), "demo"));
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.output())
        .contains("no Docker Engine answers at unix:///nowhere/docker.sock");
    assertThat(demo.dir()).doesNotExist();
  }

  @Test
  void without_a_fitting_jdk_the_way_to_one_is_named() {
    String script =
        """
        home=%s
        source "$home/bin/parts/say.sh"
        source "$home/bin/parts/jdk.sh"
        jdk_places() { echo /nowhere; }
        find_jdk
        """
            .formatted(DemoSwarm.home());
    Command.Result refused = Command.run(Map.of(), List.of("bash", "-c", script));
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.output())
        .contains("needs a JDK 25 or newer", "apt-get install", "JAVA_HOME=");
  }

  private static List<String> everyContainer() {
    return DemoSwarm.onEngine("ps", "-aq", "--no-trunc").lines().stream().sorted().toList();
  }

  private static List<String> everyNetwork() {
    return DemoSwarm.onEngine("network", "ls", "-q", "--no-trunc").lines().stream()
        .sorted()
        .toList();
  }

  private static List<String> everyImage() {
    return DemoSwarm.onEngine("image", "ls", "-aq", "--no-trunc").lines().stream()
        .sorted()
        .toList();
  }

  /** Processes that were started for this demo. */
  private List<String> processes() {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.map(process -> commandLine(process.resolve("cmdline")))
          .filter(line -> line.contains(demo.dir() + "/"))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String commandLine(Path file) {
    try {
      return Files.isReadable(file) ? Files.readString(file).replace('\0', ' ') : "";
    } catch (IOException e) {
      // The process ended while it was being looked at.
      return "";
    }
  }
}
