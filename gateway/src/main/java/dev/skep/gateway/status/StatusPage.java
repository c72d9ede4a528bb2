package dev.skep.gateway.status;

import dev.skep.gateway.service.ServiceStatus;
import dev.skep.store.Leadership;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.membership.Membership.Outside;
import dev.skep.store.membership.Membership.Place;
import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.membership.Membership.Worker;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.state.ClusterState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The page's text: what is as asked for takes a line, what is not is listed with its reason. */
final class StatusPage {
  /** One screen: what goes beyond is counted. */
  private static final int MOST_LINES = 10;

  private final List<String> lines = new ArrayList<>();

  private StatusPage() {}

  /**
   * @param engine what is to be said of the engine
   */
  static String of(Place place, String version, String engine) {
    StatusPage page = new StatusPage();
    page.line("Skep", version);
    page.line("Engine", engine);
    switch (place) {
      case Outside outside -> page.outside(outside);
      case Worker worker -> page.worker(worker);
      case Manager manager -> page.manager(manager);
    }
    return String.join("\n", page.lines) + "\n";
  }

  private void line(String key, String value) {
    lines.add("%-9s %s".formatted(key, value));
  }

  private void outside(Outside outside) {
    line("Swarm", outside.state() + (outside.error() == null ? "" : ": " + outside.error()));
    if (outside.equals(Outside.INACTIVE)) {
      line("", "\"docker swarm init\" founds one, \"docker swarm join\" joins one");
    }
  }

  private void worker(Worker worker) {
    line("Swarm", worker.state() + ", this node is a worker");
    line("Node", worker.nodeId() + ", " + worker.address());
    line("Managers", remotes(worker.managers()));
    worker.silence().get().ifPresent(why -> line("Trouble", why));
    line("", "what is not as asked for is known to managers: ask there");
  }

  private static String remotes(List<RemoteManager> managers) {
    return managers.stream().map(RemoteManager::address).sorted().collect(Collectors.joining(", "));
  }

  private void manager(Manager manager) {
    ClusterState state = manager.store().state();
    Leadership leadership = manager.store().leadership();
    line(
        "Swarm",
        "%s, this node is a manager%s"
            .formatted(manager.state(), leadership.here() ? " and leads" : ""));
    line(
        "Node",
        "%s (%s), %s"
            .formatted(
                state.node(manager.nodeId()).map(Node::name).orElse("?"),
                manager.nodeId(),
                manager.address()));
    line("Leader", leader(state, manager, leadership));
    line(
        "Store",
        "index %d: %d services, %d tasks, %d networks, %d secrets, %d configs"
            .formatted(
                state.index(),
                state.services().size(),
                state.tasks().size(),
                state.networks().size(),
                state.secrets().size(),
                state.configs().size()));
    nodes(state);
    services(state);
  }

  private static String leader(ClusterState state, Manager manager, Leadership leadership) {
    if (leadership.here()) {
      return "this node, term " + leadership.term();
    }
    String id = leadership.leader();
    if (id == null || id.equals(manager.nodeId())) {
      return "none: nothing is decided until there is one";
    }
    return "%s, term %d".formatted(state.node(id).map(Node::name).orElse(id), leadership.term());
  }

  private void nodes(ClusterState state) {
    List<Node> nodes =
        state.nodes().stream()
            .sorted(Comparator.comparing(Node::name).thenComparing(Node::id))
            .toList();
    long ready = nodes.stream().filter(node -> ready(node)).count();
    line("Nodes", "%d of %d ready".formatted(ready, nodes.size()));
    list(nodes.stream().filter(node -> !asUsual(node)).map(StatusPage::node).toList());
  }

  private static boolean ready(Node node) {
    return node.status().state().equals(NodeStatus.READY);
  }

  private static boolean asUsual(Node node) {
    return ready(node) && node.spec().availability().equals(NodeSpec.ACTIVE);
  }

  private static String node(Node node) {
    String message = node.status().message();
    return "%s is %s%s%s"
        .formatted(
            node.name(),
            node.status().state(),
            node.spec().availability().equals(NodeSpec.ACTIVE)
                ? ""
                : ", availability " + node.spec().availability(),
            message == null || message.isEmpty() ? "" : ": " + message);
  }

  private void services(ClusterState state) {
    List<String> lacking =
        state.services().stream()
            .sorted(Comparator.comparing(Service::name))
            .flatMap(service -> lack(service, state).stream())
            .toList();
    int all = state.services().size();
    line("Services", "%d of %d as asked for".formatted(all - lacking.size(), all));
    list(lacking);
  }

  /** What a service lacks; empty when it is as asked for. */
  private static Optional<String> lack(Service service, ClusterState state) {
    ServiceStatus status = ServiceStatus.of(service, state);
    long done = status.runningTasks() + (service.jobStatus() == null ? 0 : status.completedTasks());
    Optional<String> halt = halted(service);
    if (done >= status.desiredTasks()) {
      return halt.map(why -> service.name() + ": " + why);
    }
    return Optional.of(
        "%s runs %d of %d%s%s"
            .formatted(
                service.name(),
                status.runningTasks(),
                status.desiredTasks(),
                reason(service, state).map(why -> ": " + why).orElse(""),
                halt.map(why -> "; " + why).orElse("")));
  }

  /** An update that stopped on its way: some tasks are of the spec before. */
  private static Optional<String> halted(Service service) {
    UpdateStatus update = service.updateStatus();
    if (update == null
        || !(update.state().equals("paused") || update.state().equals("rollback_paused"))) {
      return Optional.empty();
    }
    return Optional.of(
        "its %s is paused (%s): update it again, or \"docker service rollback %s\""
            .formatted(
                update.state().equals("paused") ? "update" : "rollback",
                update.message() == null ? "no reason is known" : update.message(),
                service.name()));
  }

  /** Why: the newest task that says what is wrong, else how far the newest one is. */
  private static Optional<String> reason(Service service, ClusterState state) {
    List<Task> newest =
        state.tasksOfService(service.id()).stream()
            .filter(task -> task.state() != TaskState.RUNNING)
            .sorted(Comparator.comparing(Task::createdAt).thenComparing(Task::id).reversed())
            .toList();
    return newest.stream()
        .flatMap(task -> Optional.ofNullable(task.status().err()).stream())
        .filter(error -> !error.isEmpty())
        .findFirst()
        .or(() ->
            newest.stream()
                .filter(task -> task.desiredState().compareTo(TaskState.RUNNING) <= 0)
                .map(task -> "a task is " + task.state().name().toLowerCase(Locale.ROOT))
                .findFirst());
  }

  private void list(List<String> what) {
    what.stream().limit(MOST_LINES).forEach(one -> line("", one));
    if (what.size() > MOST_LINES) {
      line("", "and %d more".formatted(what.size() - MOST_LINES));
    }
  }
}
