package dev.skep.scheduler.leader;

import dev.skep.scheduler.Samples;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.JobIteration;
import dev.skep.store.model.Service.JobStatus;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Users and fate: what happens to a simulated cluster from outside. */
final class SimUser {
  private static final int MOST_SERVICES = 4;

  private final Simulation world;
  private final SimNetworks networks;
  private final SimSpecs specs;
  private int services;
  private int nodes;

  SimUser(Simulation world) {
    this.world = world;
    this.networks = new SimNetworks(world, this);
    this.specs = new SimSpecs(world, networks);
  }

  SimSpecs specs() {
    return specs;
  }

  /** Founds a cluster of a few nodes. */
  void found(int size) {
    long beat = world.between(1, 5) * Samples.SECOND;
    world.commit(
        Transaction.at(world.clock()).create(Samples.cluster(beat, world.between(0, 5))).build());
    for (int i = 0; i < size; i++) {
      addNode();
    }
    networks.found();
  }

  private void addNode() {
    nodes++;
    Map<String, String> labels = Map.of("zone", nodes % 2 == 0 ? "a" : "b");
    Node node = Samples.node("n" + nodes, labels);
    world.join(node.withStatus(new NodeStatus(NodeStatus.UNKNOWN, null, null)));
  }

  /** Something happens. */
  void act() {
    if (networks.act()) {
      return;
    }
    switch ((int) world.between(0, 20)) {
      case 0, 1 -> create();
      case 2, 3 -> changeService(specs::scaled);
      case 4, 5, 6 -> changeService(specs::updated);
      case 7 -> changeService(specs::placed);
      case 8 -> remove();
      case 9 -> changeNode();
      case 10 -> relabel();
      case 11, 12 -> crash();
      case 13 -> die(false);
      case 14 -> die(true);
      case 15 -> revive();
      case 16 -> world.changeLeader();
      case 17 -> labelService();
      case 18 -> labelNode();
      case 19 -> setClock();
      default -> comeAndGo();
    }
  }

  /** Forward or back, by seconds, an hour or a day. */
  private void setClock() {
    List<Duration> steps = List.of(Duration.ofSeconds(5), Duration.ofHours(1), Duration.ofDays(1));
    Duration step = steps.get((int) world.between(0, 2));
    world.setClock(world.chance(0.5) ? step : step.negated());
  }

  // ------------------------------------------------------------------ services

  private void create() {
    if (world.state().services().size() >= MOST_SERVICES) {
      return;
    }
    services++;
    ServiceSpec spec = specs.made("s" + services);
    world.commit(
        Transaction.at(world.clock()).create(Samples.service("id-" + spec.name(), spec)).build());
  }

  /** A change of a service, as the gateway makes it. */
  interface Edit {
    ServiceSpec of(ServiceSpec spec);
  }

  /** New labels of a service ask for nothing to be replaced. */
  private void labelService() {
    changeService(spec -> spec.withLabels(Map.of("release", Long.toString(world.between(0, 9)))));
  }

  /** No constraint speaks of this label. */
  void labelNode() {
    Node node = anyNode();
    Map<String, String> labels = new TreeMap<>(node.spec().labels());
    labels.put("rack", Long.toString(world.between(0, 9)));
    world.commit(
        Transaction.at(world.clock())
            .update(node.withSpec(node.spec().withLabels(labels)))
            .build());
  }

  void changeService(Edit edit) {
    List<Service> all = sorted();
    if (!all.isEmpty()) {
      change(all.get((int) world.between(0, all.size() - 1)), edit);
    }
  }

  void change(Service service, Edit edit) {
    ServiceSpec next = edit.of(service.spec());
    boolean tasksChange =
        !next.taskTemplate().equals(service.spec().taskTemplate())
            || !Objects.equals(next.endpointSpec(), service.spec().endpointSpec());
    Service changed =
        service.with(s ->
            s.spec(next)
                .previousSpec(service.spec())
                .updateStatus(null)
                .specVersion(tasksChange ? service.version() : service.specVersion()));
    if (next.mode() != null
        && (next.mode().replicatedJob() != null || next.mode().globalJob() != null)) {
      JobStatus was = service.jobStatus();
      long iteration = was == null ? 0 : was.jobIteration().index();
      changed =
          changed.withJobStatus(new JobStatus(new JobIteration(iteration + 1), world.clock()));
    }
    world.commit(Transaction.at(world.clock()).update(changed).build());
  }

  private void remove() {
    List<Service> all = sorted();
    if (!all.isEmpty() && world.chance(0.5)) {
      Service service = all.get((int) world.between(0, all.size() - 1));
      world.commit(Transaction.at(world.clock()).delete(service).build());
    }
  }

  List<Service> sorted() {
    List<Service> all = new ArrayList<>(world.state().services());
    all.sort(Comparator.comparing(Service::id));
    return all;
  }

  // ------------------------------------------------------------------ nodes

  private Node anyNode() {
    List<Node> all = new ArrayList<>(world.state().nodes());
    all.sort(Comparator.comparing(Node::id));
    return all.get((int) world.between(0, all.size() - 1));
  }

  private void changeNode() {
    List<String> words = List.of(NodeSpec.ACTIVE, NodeSpec.PAUSE, NodeSpec.DRAIN);
    Node node = anyNode();
    String next = words.get((int) world.between(0, 2));
    world.commit(
        Transaction.at(world.clock())
            .update(node.withSpec(node.spec().withAvailability(next)))
            .build());
  }

  private void relabel() {
    Node node = anyNode();
    Map<String, String> labels = new TreeMap<>(node.spec().labels());
    labels.put("zone", world.chance(0.5) ? "a" : "b");
    world.commit(
        Transaction.at(world.clock())
            .update(node.withSpec(node.spec().withLabels(labels)))
            .build());
  }

  private SimAgent anyAgent() {
    List<SimAgent> all = List.copyOf(world.agents().values());
    return all.get((int) world.between(0, all.size() - 1));
  }

  private void crash() {
    SimAgent agent = anyAgent();
    List<String> running = List.copyOf(agent.running());
    if (agent.up() && !running.isEmpty()) {
      agent.crash(running.get((int) world.between(0, running.size() - 1)));
    }
  }

  private void die(boolean host) {
    SimAgent agent = anyAgent();
    if (agent.up()) {
      agent.die(host);
      if (world.chance(0.6)) {
        world.after(
            world.between(50, 30_000),
            () -> {
              if (!agent.up() && world.agents().containsKey(agent.nodeId())) {
                agent.start();
              }
            });
      }
    }
  }

  private void revive() {
    for (SimAgent agent : world.agents().values()) {
      if (!agent.up()) {
        agent.start();
        return;
      }
    }
  }

  /** A node joins, or one that is down is removed. */
  private void comeAndGo() {
    for (Node node : List.copyOf(world.state().nodes())) {
      SimAgent agent = world.agents().get(node.id());
      if (node.status().state().equals(NodeStatus.DOWN)
          && agent != null
          && !agent.up()
          && world.agents().size() > 2
          && world.chance(0.5)) {
        if (world.commit(Transaction.at(world.clock()).delete(node).build())) {
          world.agents().remove(node.id());
        }
        return;
      }
    }
    if (world.agents().size() < 6) {
      addNode();
    }
  }

  // ------------------------------------------------------------------ peace

  /** Faults stop; all nodes but one, now and then, come back. */
  void peace() {
    world.calm();
    boolean spare = world.agents().size() > 1 && world.chance(0.5);
    for (SimAgent agent : world.agents().values()) {
      if (!agent.up() && !spare) {
        agent.start();
      } else if (!agent.up()) {
        spare = false;
      }
    }
  }

  /** Everybody wants something that can be had. */
  void wishes() {
    for (Node node : List.copyOf(world.state().nodes())) {
      world.commit(
          Transaction.at(world.clock())
              .update(
                  node.withSpec(
                      node.spec()
                          .withAvailability(NodeSpec.ACTIVE)
                          .withLabels(Map.of("zone", "a"))))
              .build());
    }
    for (Service service : sorted()) {
      change(service, specs::healthy);
    }
  }

  /** How long everything takes to settle. */
  static Duration patience() {
    return Duration.ofSeconds(90);
  }
}
