package dev.skep.scheduler.place;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Task;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Constraints about the services beside which a task runs. */
class NeighboursTest {
  private static Harness create(
      Harness harness, String name, long replicas, String... constraints) {
    return create(harness, name, replicas, Map.of(), constraints);
  }

  private static Harness create(
      Harness harness,
      String name,
      long replicas,
      Map<String, String> labels,
      String... constraints) {
    ServiceSpec spec =
        Samples.spec(name, replicas)
            .withLabels(labels)
            .withTaskTemplate(
                Samples.template("web:1")
                    .withPlacement(
                        new Placement(List.of(constraints), List.of(), null, List.of())));
    return harness.create(Samples.service("id-" + name, spec)).pass();
  }

  private static List<String> nodesOf(Harness harness, String service) {
    return harness.wanted().stream()
        .filter(task -> task.serviceName().equals(service))
        .map(Task::nodeId)
        .sorted()
        .toList();
  }

  private static String err(Harness harness, String service) {
    return harness.wanted().stream()
        .filter(task -> task.serviceName().equals(service) && task.nodeId().isEmpty())
        .map(task -> String.valueOf(task.status().err()))
        .findFirst()
        .orElse("all are placed");
  }

  @Test
  void stays_away_from_a_service() {
    Harness harness = create(Harness.withNodes(3), "db", 1);
    create(harness, "web", 4, "service.name != db");
    assertThat(nodesOf(harness, "web")).doesNotContainAnyElementsOf(nodesOf(harness, "db"));
  }

  @Test
  void whoever_comes_second_keeps_the_distance() {
    Harness harness = create(Harness.withNodes(2), "web", 1, "service.name != db");
    create(harness, "db", 2);
    assertThat(nodesOf(harness, "db")).doesNotContainAnyElementsOf(nodesOf(harness, "web"));
  }

  @Test
  void says_so_in_swarms_words() {
    Harness harness = create(Harness.withNodes(2), "db", 2);
    create(harness, "web", 1, "service.name!=db");
    assertThat(err(harness, "web"))
        .isEqualTo("no suitable node (scheduling constraints not satisfied on 2 nodes)");
  }

  @Test
  void follows_a_service() {
    Harness harness = create(Harness.withNodes(3), "web", 2, "service.name == db");
    assertThat(err(harness, "web"))
        .isEqualTo("no suitable node (scheduling constraints not satisfied on 3 nodes)");
    create(harness, "db", 1, "node.id==n3");
    assertThat(nodesOf(harness.pass(), "web")).containsExactly("n3", "n3");
  }

  @Test
  void a_service_apart_from_itself_has_one_task_on_a_node() {
    Harness harness = create(Harness.withNodes(2), "web", 3, "service.name != web");
    assertThat(nodesOf(harness, "web")).containsExactly("", "n1", "n2");
  }

  @Test
  void a_service_beside_itself_stays_together() {
    Harness harness = create(Harness.withNodes(3), "web", 4, "service.name == web");
    assertThat(nodesOf(harness, "web")).containsOnly(nodesOf(harness, "web").getFirst()).hasSize(4);
  }

  @Test
  void goes_by_labels_and_sets() {
    Harness harness = create(Harness.withNodes(3), "db", 1, Map.of("tier", "data"), "node.id==n1");
    create(harness, "cache", 1, Map.of("tier", "fast"), "node.id==n2");
    create(harness, "web", 2, "service.labels.tier not in (data, fast)");
    create(harness, "side", 2, "service.name in (db, nothing)");
    assertThat(nodesOf(harness, "web")).containsExactly("n3", "n3");
    assertThat(nodesOf(harness, "side")).containsExactly("n1", "n1");
  }
}
