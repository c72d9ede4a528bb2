package dev.skep.scheduler.dispatch;

import dev.skep.scheduler.allocate.GivenAddresses;
import dev.skep.scheduler.orchestrate.DecisionReason;
import dev.skep.scheduler.orchestrate.Enforcement;
import dev.skep.scheduler.orchestrate.Plan;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.AgentMessages.OpenSession;
import dev.skep.store.bus.message.AgentMessages.StatusReport;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.bus.message.IngressMessages.PortReport;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.PortError;
import dev.skep.store.model.Task;
import dev.skep.store.model.Task.NetworkAttachment;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Folds what nodes said into a plan. Pure. */
public final class Reports {
  /** A node was not heard of for its whole lease. */
  public static final String NOT_HEARD = "heartbeat failure";

  /** The most characters that are kept of a node's own words: one line of a table. */
  private static final int MOST_SAID = 300;

  /**
   * The most errors that a service shows of its ports. More would tell nobody more, and a service
   * whose port is taken on ten thousand nodes must still fit an entry of the store.
   */
  public static final int MOST_PORT_ERRORS = 100;

  private Reports() {}

  /**
   * Takes over the states that a node saw, as far as they are news; a task never moves down the
   * ladder, so late and doubled reports do no harm.
   *
   * @param services gets the services whose tasks changed
   * @return ids of reported tasks that are not, or no longer, this node's; absent when the plan was
   *     full before the report's end, which is then to be taken in again
   */
  public static Optional<List<String>> fold(Plan plan, StatusReport report, Set<String> services) {
    List<String> gone = new ArrayList<>();
    for (TaskReport reported : report.tasks()) {
      Task task = plan.task(reported.taskId()).orElse(null);
      if (task == null || !task.nodeId().equals(report.nodeId())) {
        gone.add(reported.taskId());
        continue;
      }
      TaskStatus status = Enforcement.kept(task.status(), reported.status());
      List<NetworkAttachment> networks =
          GivenAddresses.kept(task.networksAttachments(), reported.networks(), plan.drivers());
      TaskReport said = new TaskReport(reported.taskId(), status, networks);
      if (news(task, said)) {
        if (plan.full()) {
          return Optional.empty();
        }
        plan.update(seen(plan, task, said));
        services.add(task.serviceId());
      }
    }
    return Optional.of(gone);
  }

  private static boolean news(Task task, TaskReport said) {
    if (task.state() == said.status().state()) {
      return !sameDetails(task.status(), said.status())
          || !said.networks().equals(task.networksAttachments());
    }
    return task.state().mayBecome(said.status().state(), TaskState.Owner.AGENT);
  }

  private static boolean sameDetails(TaskStatus known, TaskStatus said) {
    return known.equals(said.withTimestamp(known.timestamp()));
  }

  private static Task seen(Plan plan, Task task, TaskReport said) {
    boolean firstRun = task.runningSince() == null && said.status().state() == TaskState.RUNNING;
    return task.with(t ->
        t.status(said.status())
            .runningSince(firstRun ? plan.now() : task.runningSince())
            .networksAttachments(said.networks()));
  }

  /**
   * The node has an agent at work: it is ready.
   *
   * @throws BusFailure when the node is not in the swarm
   */
  static void join(Plan plan, OpenSession said) {
    Node node =
        plan.node(said.nodeId())
            .orElseThrow(() ->
                new BusFailure(
                    BusFailure.NOT_FOUND, "node " + said.nodeId() + " is not part of this swarm"));
    Node ready =
        node.with(n ->
            n.description(said.description())
                .status(new NodeStatus(NodeStatus.READY, null, said.address()))
                .meshAddress(said.meshAddress()));
    if (!ready.equals(node)) {
      plan.update(ready);
      if (!node.status().state().equals(NodeStatus.READY)) {
        plan.because(
            new DecisionReason("node is ready", null, null, node.id(), 0, "its agent reported"));
      }
    }
  }

  /**
   * The node can do no work.
   *
   * @param why {@link #NOT_HEARD}, or what its agent says
   */
  public static void lose(Plan plan, String nodeId, String why) {
    Node node = plan.node(nodeId).orElse(null);
    if (node == null || node.status().state().equals(NodeStatus.DOWN)) {
      return;
    }
    String said = why.lines().findFirst().orElse("");
    String message = said.substring(0, Math.min(said.length(), MOST_SAID));
    NodeStatus down = new NodeStatus(NodeStatus.DOWN, message, node.status().addr());
    plan.update(node.withStatus(down));
    plan.because(new DecisionReason("node is down", null, null, nodeId, 0, message));
  }

  /**
   * The published ports that a node cannot listen on: shown on the services that publish them.
   *
   * @return whether all of it was taken over; else the plan was full before
   */
  public static boolean fold(Plan plan, PortReport report) {
    List<Service> services = new ArrayList<>(plan.base().services());
    services.sort(Comparator.comparing(Service::id));
    for (Service stored : services) {
      Service service = plan.service(stored.id()).orElse(stored);
      List<PortError> errors = new ArrayList<>();
      for (PortError error : service.portErrors()) {
        if (!error.nodeId().equals(report.nodeId())) {
          errors.add(error);
        }
      }
      for (RefusedPort refused : report.refused()) {
        if (service.ports().stream().anyMatch(port -> publishes(port, refused))) {
          errors.add(
              new PortError(report.nodeId(), refused.port(), refused.protocol(), refused.error()));
        }
      }
      errors.sort(
          Comparator.comparing(PortError::nodeId)
              .thenComparingInt(PortError::port)
              .thenComparing(PortError::protocol));
      List<PortError> shown = errors.subList(0, Math.min(errors.size(), MOST_PORT_ERRORS));
      if (!shown.equals(service.portErrors())) {
        if (plan.full()) {
          return false;
        }
        plan.update(service.withPortErrors(shown));
        plan.because(
            new DecisionReason(
                "published ports checked",
                service.name(),
                null,
                report.nodeId(),
                0,
                shown.isEmpty() ? "all can be listened on" : shown.getFirst().error()));
      }
    }
    return true;
  }

  private static boolean publishes(PortConfig port, RefusedPort refused) {
    return port.ingress()
        && port.publishedPortOrZero() == refused.port()
        && port.protocolOrTcp().equals(refused.protocol());
  }
}
