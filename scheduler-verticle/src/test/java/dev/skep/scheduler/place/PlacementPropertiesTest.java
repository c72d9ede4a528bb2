package dev.skep.scheduler.place;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Samples;
import dev.skep.store.constraint.Constraint;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.Resources.Reservations;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import dev.skep.store.model.spec.TaskSpec.Preference;
import dev.skep.store.model.spec.TaskSpec.Spread;
import dev.skep.store.state.ClusterState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random fleets and groups, against a placement that looks at every node for every task. Each
 * failure names its seed.
 */
class PlacementPropertiesTest {
  private static final int SEEDS = 2_000;
  private static final List<String> CONSTRAINTS =
      List.of("node.labels.zone==a", "node.labels.zone!=a", "node.id in (n1, n3, n5)");

  @Test
  void chooses_as_a_search_of_all_nodes_would() {
    for (int seed = 0; seed < SEEDS; seed++) {
      new Run(seed).play();
    }
  }

  /** A fleet through some groups and changes. */
  private static final class Run {
    private final SplittableRandom random;
    private final String where;
    private final Map<String, Node> nodes = new TreeMap<>();
    private final List<Task> placed = new ArrayList<>();
    private final Fleet fleet;
    private int made;

    Run(int seed) {
      this.random = new SplittableRandom(seed);
      this.where = "seed " + seed;
      for (int i = 0; i < 1 + random.nextInt(8); i++) {
        Node node = node("n" + i);
        nodes.put(node.id(), node);
      }
      this.fleet =
          Fleet.of(ClusterState.of(1, nodes.values().stream().map(SwarmObject.class::cast)));
    }

    private Node node(String id) {
      Map<String, String> labels = new HashMap<>();
      if (random.nextInt(4) > 0) {
        labels.put("zone", random.nextBoolean() ? "a" : "b");
      }
      Node node = Samples.node(id, labels);
      if (random.nextInt(8) == 0) {
        node = node.withStatus(new NodeStatus(NodeStatus.DOWN, null, null));
      }
      return random.nextInt(8) == 0
          ? node.withSpec(node.spec().withAvailability(NodeSpec.PAUSE))
          : node;
    }

    void play() {
      for (int step = 0; step < 6; step++) {
        switch (random.nextInt(4)) {
          case 0 -> {
            Node node = node("n" + random.nextInt(8));
            nodes.put(node.id(), node);
            fleet.put(node);
          }
          case 1 -> {
            if (!placed.isEmpty()) {
              Task ended = placed.remove(random.nextInt(placed.size()));
              fleet.swap(ended, null);
            }
          }
          default -> group();
        }
      }
    }

    private void group() {
      List<Task> group = new ArrayList<>();
      Task like = task();
      for (int i = 0; i < 1 + random.nextInt(9); i++) {
        group.add(like.withId("t" + made++));
      }
      var outcome = new dev.skep.scheduler.place.Placement(fleet, Samples.T0).place(group);
      assertThat(outcome.placed().size() + outcome.waiting().size())
          .as(where)
          .isEqualTo(group.size());
      for (Task task : outcome.placed()) {
        assertThat(task.nodeId())
            .as("%s: %s", where, task.spec().placement())
            .isEqualTo(best(task));
        placed.add(task);
      }
      if (!outcome.waiting().isEmpty()) {
        assertThat(best(like)).as(where).isEqualTo("none");
      }
    }

    private Task task() {
      String service = "s" + random.nextInt(3);
      List<String> constraints = new ArrayList<>();
      if (random.nextInt(3) == 0) {
        constraints.add(CONSTRAINTS.get(random.nextInt(CONSTRAINTS.size())));
      }
      List<Preference> preferences =
          random.nextInt(3) == 0
              ? List.of(new Preference(new Spread("node.labels.zone")))
              : List.of();
      Long most = random.nextInt(4) == 0 ? Long.valueOf(1 + random.nextInt(2)) : null;
      TaskSpec spec =
          Samples.template("web:1")
              .withPlacement(new Placement(constraints, preferences, most, List.of()));
      if (random.nextInt(2) == 0) {
        Reservations reserved =
            new Reservations(random.nextInt(1, 4) * 500_000_000L, null, List.of());
        spec = spec.withResources(new Resources(null, reserved, null, null));
      }
      PortConfig port = new PortConfig(null, "tcp", 80, 8080, "host");
      return TaskBuilder.builder()
          .id("like")
          .version(Version.NONE)
          .createdAt(Samples.T0)
          .updatedAt(Samples.T0)
          .spec(spec)
          .endpoint(
              random.nextInt(5) == 0 ? new EndpointSpec("dnsrr", List.of(port)) : EndpointSpec.NONE)
          .serviceId(service)
          .serviceName(service)
          .slot(1)
          .status(TaskStatus.of(Samples.T0, TaskState.PENDING, "pending task scheduling"))
          .desiredState(TaskState.RUNNING)
          .build();
    }

    /** The best of all nodes that fit, with what was placed before. */
    private String best(Task task) {
      return nodes.values().stream()
          .filter(node -> fits(task, node))
          .min(
              Comparator.<Node>comparingInt(node -> inBranch(task, node))
                  .thenComparing(node -> branch(task, node))
                  .thenComparingInt(node -> on(node, task.serviceId()))
                  .thenComparingInt(node -> on(node, ""))
                  .thenComparing(Node::id))
          .map(Node::id)
          .orElse("none");
    }

    private boolean fits(Task task, Node node) {
      Placement placement = task.spec().placement();
      if (placement == null
          || !node.schedulable()
          || !Constraint.allHold(Constraint.parse(placement.constraints()), node)) {
        return false;
      }
      long cpus = 0;
      for (Task other : placed) {
        if (other.nodeId().equals(node.id())) {
          cpus += other.spec().reservations().nanoCpusOrZero();
          if (!hostPorts(other).isEmpty() && !hostPorts(task).isEmpty()) {
            return false;
          }
        }
      }
      long wanted = task.spec().reservations().nanoCpusOrZero();
      long has = node.description().resources().nanoCpusOrZero();
      return (wanted == 0 || has - cpus >= wanted)
          && (placement.maxReplicas() == null
              || on(node, task.serviceId()) < placement.maxReplicas());
    }

    private static List<PortConfig> hostPorts(Task task) {
      return task.endpoint() == null ? List.of() : task.endpoint().ports();
    }

    private String branch(Task task, Node node) {
      return task.spec().placement() == null || task.spec().placement().preferences().isEmpty()
          ? ""
          : node.spec().labels().getOrDefault("zone", "");
    }

    /** Tasks of the service in the node's branch. */
    private int inBranch(Task task, Node node) {
      String branch = branch(task, node);
      int tasks = 0;
      for (Task other : placed) {
        Node there = nodes.get(other.nodeId());
        if (there != null
            && other.serviceId().equals(task.serviceId())
            && branch(task, there).equals(branch)) {
          tasks++;
        }
      }
      return tasks;
    }

    /** Tasks on a node; of all services when {@code serviceId} is empty. */
    private int on(Node node, String serviceId) {
      int tasks = 0;
      for (Task task : placed) {
        if (task.nodeId().equals(node.id())
            && (serviceId.isEmpty() || task.serviceId().equals(serviceId))) {
          tasks++;
        }
      }
      return tasks;
    }
  }
}
