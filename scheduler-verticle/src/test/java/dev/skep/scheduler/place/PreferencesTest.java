package dev.skep.scheduler.place;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Task;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.Resources.Reservations;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import dev.skep.store.model.spec.TaskSpec.Preference;
import dev.skep.store.model.spec.TaskSpec.Spread;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PreferencesTest {
  private static Placement spread(List<String> constraints, String... descriptors) {
    return new Placement(
        constraints,
        Arrays.stream(descriptors).map(d -> new Preference(new Spread(d))).toList(),
        null,
        List.of());
  }

  private static ServiceSpec spec(String name, long replicas, Placement placement) {
    return Samples.spec(name, replicas)
        .withTaskTemplate(Samples.template("web:1").withPlacement(placement));
  }

  private static Harness nodes(Node... nodes) {
    Harness harness = Harness.withNodes(0);
    for (Node node : nodes) {
      harness.create(node);
    }
    return harness;
  }

  private static Harness create(Harness harness, ServiceSpec spec) {
    return harness.create(Samples.service("id-" + spec.name(), spec)).pass();
  }

  private static Node node(String id, String zone, String rack) {
    return Samples.node(id, Map.of("zone", zone, "rack", rack));
  }

  /** How many tasks of the service the nodes of each value of a label have. */
  private static Map<String, Integer> by(Harness harness, String label) {
    Map<String, Integer> spread = new TreeMap<>();
    for (Task task : harness.wanted()) {
      Node node = harness.state().node(task.nodeId()).orElseThrow();
      spread.merge(node.spec().labels().getOrDefault(label, "none"), 1, Integer::sum);
    }
    return spread;
  }

  @Test
  void spreads_over_the_values_of_a_label_not_over_the_nodes() {
    Harness harness =
        create(
            nodes(
                node("n1", "a", "1"),
                node("n2", "b", "1"),
                node("n3", "b", "1"),
                node("n4", "b", "1")),
            spec("web", 8, spread(List.of(), "node.labels.zone")));
    assertThat(by(harness, "zone")).isEqualTo(Map.of("a", 4, "b", 4));
    assertThat(harness.spread().get("n1")).isEqualTo(4);
    assertThat(List.of(harness.spread().get("n2"), harness.spread().get("n3")))
        .allMatch(tasks -> tasks >= 1);
  }

  @Test
  void nodes_without_the_label_share_a_branch() {
    Harness harness =
        create(
            nodes(node("n1", "a", "1"), Samples.node("n2"), Samples.node("n3")),
            spec("web", 4, spread(List.of(), "node.labels.zone")));
    assertThat(by(harness, "zone")).isEqualTo(Map.of("a", 2, "none", 2));
  }

  @Test
  void spreads_on_several_levels() {
    Harness harness =
        create(
            nodes(
                node("n1", "a", "1"),
                node("n2", "a", "2"),
                node("n3", "a", "2"),
                node("n4", "b", "3")),
            spec("web", 8, spread(List.of(), "node.labels.zone", "node.labels.rack")));
    assertThat(by(harness, "zone")).isEqualTo(Map.of("a", 4, "b", 4));
    assertThat(by(harness, "rack")).isEqualTo(Map.of("1", 2, "2", 2, "3", 4));
  }

  @Test
  void a_later_task_goes_where_the_branch_has_the_fewest() {
    Harness harness = nodes(node("n1", "a", "1"), node("n2", "b", "1"), node("n3", "b", "2"));
    create(harness, spec("web", 3, spread(List.of("node.labels.zone==b"), "node.labels.zone")));
    harness.spec(
        "id-web",
        s ->
            s.withMode(ServiceSpec.Mode.replicated(6L))
                .withTaskTemplate(
                    s.taskTemplate().withPlacement(spread(List.of(), "node.labels.zone"))));
    assertThat(by(harness.pass(), "zone")).isEqualTo(Map.of("a", 3, "b", 3));
  }

  @Test
  void a_branch_without_room_leaves_its_share_to_the_others() {
    Harness harness = nodes(node("n1", "a", "1"), node("n2", "b", "1"));
    harness.availability("n1", NodeSpec.DRAIN);
    create(harness, spec("web", 4, spread(List.of(), "node.labels.zone")));
    assertThat(harness.spread()).isEqualTo(Map.of("n2", 4));
  }

  @Test
  void engine_labels_and_other_facts_make_branches_too() {
    Harness harness =
        nodes(
            Samples.node("n1").withSpec(Samples.node("n1").spec().withRole(NodeSpec.MANAGER)),
            Samples.node("n2"),
            Samples.node("n3"));
    create(harness, spec("web", 4, spread(List.of(), "node.role", "engine.labels.none")));
    assertThat(harness.spread().get("n1")).isEqualTo(2);
  }

  @Test
  void a_node_that_changes_its_label_changes_its_branch() {
    Harness harness = nodes(node("n1", "a", "1"), node("n2", "a", "1"), node("n3", "b", "1"));
    Fleet fleet = Fleet.of(harness.state());
    Task task =
        create(harness, spec("web", 1, spread(List.of(), "node.labels.zone"))).wanted().getFirst();
    Task pending = task.with(t -> t.nodeId("").status(task.status().withState(PENDING)));
    assertThat(place(fleet, pending, harness)).isEqualTo("n1");
    fleet.put(node("n2", "c", "1"));
    assertThat(place(fleet, pending.withId("t2"), harness)).isEqualTo("n3");
    assertThat(place(fleet, pending.withId("t3"), harness)).isEqualTo("n2");
  }

  private static final dev.skep.store.model.TaskState PENDING =
      dev.skep.store.model.TaskState.PENDING;

  private static String place(Fleet fleet, Task task, Harness harness) {
    return new dev.skep.scheduler.place.Placement(fleet, harness.now())
        .place(List.of(task))
        .placed()
        .getFirst()
        .nodeId();
  }

  @Test
  void binpack_fills_one_node_after_the_other() {
    TaskSpec template =
        Samples.template("web:1")
            .withResources(
                new Resources(null, new Reservations(null, 2L << 30, List.of()), null, null));
    Harness harness = Harness.withNodes(3);
    create(
        harness,
        Samples.spec("other", 1)
            .withTaskTemplate(template.withPlacement(spread(List.of("node.id==n2")))));
    create(
        harness,
        Samples.spec("web", 5)
            .withTaskTemplate(template.withPlacement(spread(List.of(), "binpack=memory"))));
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 2, "n2", 4));
  }

  @Test
  void binpack_by_processors_within_each_branch() {
    TaskSpec template =
        Samples.template("web:1")
            .withResources(
                new Resources(null, new Reservations(1_000_000_000L, null, List.of()), null, null))
            .withPlacement(spread(List.of(), "node.labels.zone", "binpack=cpu"));
    Harness harness =
        create(
            nodes(
                node("n1", "a", "1"),
                node("n2", "a", "1"),
                node("n3", "b", "1"),
                node("n4", "b", "1")),
            Samples.spec("web", 8).withTaskTemplate(template));
    assertThat(harness.spread()).isEqualTo(Map.of("n1", 4, "n3", 4));
  }
}
