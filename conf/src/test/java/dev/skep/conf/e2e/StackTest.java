package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a user does with the shop while nothing fails. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class StackTest {
  private static final String WEB = "shop_web";
  private static final int WEBS = 6;

  private final DemoSwarm swarm;

  StackTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @Test
  void three_nodes_are_ready_and_the_first_leads() {
    List<String> nodes =
        swarm
            .docker(
                "node",
                "ls",
                "--format",
                "{{.Hostname}} {{.Status}} {{.Availability}} {{.ManagerStatus}}")
            .lines()
            .map(String::strip)
            .toList();
    assertThat(nodes)
        .containsExactly(
            "node-1 Ready Active Leader", "node-2 Ready Active", "node-3 Ready Active");
  }

  @Test
  void every_node_sends_each_new_connection_to_the_next_task() {
    swarm.awaitReplicas(WEB, WEBS);
    for (int node = 1; node <= DemoSwarm.NODES; node++) {
      int asked = node;
      // As many connections as tasks reach each task once: round robin, not chance.
      Await.until(
          WEBS + " connections to node-" + node + " reach " + WEBS + " tasks",
          DemoSwarm.CONVERGES,
          () ->
              IntStream.range(0, WEBS)
                  .mapToObj(_ -> swarm.whoAnswers(asked))
                  .collect(Collectors.toCollection(TreeSet::new)),
          answers -> answers.size() == WEBS && !answers.contains(""));
    }
  }

  @Test
  void a_page_shows_the_config_and_what_the_other_service_says_for_the_secret() {
    List<String> page =
        Await.until(
            "a whole page",
            DemoSwarm.CONVERGES,
            this::anyPage,
            lines -> lines.size() == 3 && lines.get(2).contains("in stock"));
    assertThat(page.get(0)).matches("shop_web\\.\\d\\.[a-z0-9]{25} on node-[123]");
    assertThat(page.get(1)).isEqualTo("Welcome to the honey shop.");
    assertThat(page.get(2))
        .matches("12 jars in stock, says shop_api\\.[a-z0-9]{25}\\.[a-z0-9]{25} on node-[123]");
  }

  private List<String> anyPage() {
    try {
      return swarm.page(1);
    } catch (IOException e) {
      return List.of();
    }
  }

  @Test
  void deploying_the_same_stack_again_changes_no_task() {
    swarm.awaitReplicas(WEB, WEBS);
    Set<String> before = tasks();
    swarm.docker("stack", "deploy", "--resolve-image", "never", "-c", stackFile(), "shop");
    swarm.awaitReplicas(WEB, WEBS);
    assertThat(tasks()).isEqualTo(before);
  }

  @Test
  void scaling_starts_and_stops_tasks() {
    swarm.docker("service", "scale", "-d", WEB + "=8");
    swarm.awaitReplicas(WEB, 8);
    assertThat(swarm.wantedTasks(WEB))
        .extracting(task -> task.getString("Name"))
        .hasSize(8)
        .contains("shop_web.7", "shop_web.8");
    // Eight tasks on three nodes: none has more than three.
    assertThat(
            swarm.wantedTasks(WEB).stream()
                .collect(
                    Collectors.groupingBy(task -> task.getString("Node"), Collectors.counting()))
                .values())
        .allMatch(count -> count <= 3);
    swarm.docker("service", "scale", "-d", WEB + "=" + WEBS);
    swarm.awaitReplicas(WEB, WEBS);
    Await.until(
        "the containers above six are gone",
        DemoSwarm.CONVERGES,
        () -> swarm.containers(WEB),
        names -> names.size() == WEBS);
  }

  @Test
  void logs_come_from_every_task_with_its_name_and_node() {
    swarm.awaitReplicas(WEB, WEBS);
    for (String task : tasks()) {
      String prefix = task.substring(0, "shop_web.N.".length() + 12) + "@node-";
      Await.until(
          "the log has " + prefix,
          DemoSwarm.CONVERGES,
          () -> swarm.docker("service", "logs", WEB),
          log -> log.lines().anyMatch(line -> line.startsWith(prefix) && line.contains("is open")));
    }
  }

  @Test
  void an_update_replaces_every_task_and_no_request_fails() throws InterruptedException {
    swarm.awaitReplicas(WEB, WEBS);
    Set<String> before = tasks();
    var failures = new CopyOnWriteArrayList<String>();
    var pages = new AtomicInteger();
    var updated = new AtomicBoolean();
    Thread visitor =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; !updated.get(); i++) {
                try {
                  swarm.page(1 + i % DemoSwarm.NODES);
                  pages.incrementAndGet();
                } catch (IOException e) {
                  failures.add(String.valueOf(e));
                }
              }
            });
    try {
      swarm.docker(
          "service",
          "update",
          "-d",
          "--no-resolve-image",
          "--env-add",
          "SHOP_EDITION=" + System.nanoTime(),
          WEB);
      Await.until(
          "all tasks are new ones",
          DemoSwarm.FAILS_OVER,
          () -> Set.copyOf(swarm.containers(WEB)),
          names -> names.size() == WEBS && names.stream().noneMatch(before::contains));
      swarm.awaitReplicas(WEB, WEBS);
    } finally {
      updated.set(true);
      visitor.join();
    }
    assertThat(failures).isEmpty();
    assertThat(pages.get()).isGreaterThan(WEBS);
  }

  @Test
  void a_global_service_runs_once_on_every_node() {
    swarm.docker(
        "stack",
        "deploy",
        "--resolve-image",
        "never",
        "-c",
        DemoSwarm.home().resolve("conf/stacks/hello.yml").toString(),
        "hello");
    try {
      swarm.awaitReplicas("hello_hello", DemoSwarm.NODES);
      assertThat(swarm.wantedTasks("hello_hello"))
          .extracting(task -> task.getString("Node"))
          .containsExactlyInAnyOrder("node-1", "node-2", "node-3");
    } finally {
      swarm.docker("stack", "rm", "hello");
    }
    Await.until(
        "its containers are gone",
        DemoSwarm.CONVERGES,
        () -> swarm.containersOfStack("hello"),
        List::isEmpty);
  }

  @Test
  void removing_a_stack_leaves_nothing_of_it() {
    swarm.docker("stack", "deploy", "--resolve-image", "never", "-c", secondShop(), "second");
    swarm.awaitReplicas("second_api", 2);
    swarm.docker("stack", "rm", "second");
    Await.until(
        "its containers are gone",
        DemoSwarm.CONVERGES,
        () -> swarm.containersOfStack("second"),
        List::isEmpty);
    Await.until(
        "its networks are gone from the engine",
        DemoSwarm.CONVERGES,
        () -> networksOf("second"),
        List::isEmpty);
    for (String kind : List.of("service", "network", "config", "secret")) {
      assertThat(swarm.docker(kind, "ls", "--format", "{{.Name}}").lines())
          .as(kind)
          .noneMatch(name -> name.startsWith("second_"));
    }
  }

  @Test
  void a_plain_container_runs_as_on_the_engine_itself() {
    Command.Result echo =
        swarm.tryDockerWithInput(
            "honey\nwax\n", "run", "--rm", "-i", "--entrypoint", "cat", DemoSwarm.IMAGE);
    assertThat(echo.output()).isEqualTo("honey\nwax\n");
    assertThat(echo.status()).isZero();
    assertThat(
            swarm
                .tryDocker("run", "--rm", "--entrypoint", "sh", DemoSwarm.IMAGE, "-c", "exit 7")
                .status())
        .isEqualTo(7);
  }

  @Test
  void an_overlay_of_local_scope_is_refused_as_the_engine_refuses_it() {
    Command.Result refused =
        swarm.tryDocker("network", "create", "-d", "overlay", "--scope", "local", "narrow");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.output()).contains("cannot downgrade network scope for overlay networks");
    assertThat(swarm.docker("network", "ls", "--format", "{{.Name}}").lines())
        .doesNotContain("narrow");
  }

  @Test
  void a_history_limit_of_minus_one_keeps_all() {
    swarm.docker("swarm", "update", "--task-history-limit", "-1");
    try {
      assertThat(swarm.docker("info")).contains("Task History Retention Limit: -1");
    } finally {
      swarm.docker("swarm", "update", "--task-history-limit", "5");
    }
    assertThat(swarm.docker("info")).contains("Task History Retention Limit: 5");
  }

  private Set<String> tasks() {
    return new HashSet<>(swarm.containers(WEB));
  }

  private static List<String> networksOf(String stack) {
    return DemoSwarm.onEngine("network", "ls", "--format", "{{.Name}}").lines().stream()
        .filter(name -> name.startsWith(stack + "_"))
        .toList();
  }

  private static String stackFile() {
    return DemoSwarm.home().resolve("conf/stacks/shop.yml").toString();
  }

  /** The shop's api alone: no published port to collide with the first shop. */
  private String secondShop() {
    String file =
        """
        version: "3.8"
        services:
          api:
            image: %s
            command: ["api"]
            networks: [backend]
            secrets: [token]
            configs: [greeting]
            deploy:
              replicas: 2
        networks:
          backend:
        configs:
          greeting:
            file: %s
        secrets:
          token:
            file: %s
        """
            .formatted(
                DemoSwarm.IMAGE,
                DemoSwarm.home().resolve("conf/stacks/shop/greeting.txt"),
                DemoSwarm.home().resolve("conf/stacks/shop/api_token.txt"));
    try {
      return Files.writeString(swarm.dir().resolve("second.yml"), file).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
