package dev.skep.store.bus.message;

import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.FromNode;
import dev.skep.store.model.Config;
import dev.skep.store.model.Network;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the leader's dispatcher and the nodes' agents tell each other. */
public final class AgentMessages {
  private AgentMessages() {}

  /**
   * An agent reports for work: at its start, and whenever the leader does not know its session. The
   * node exists already; it was made when the node joined. The leader answers and then sends a
   * COMPLETE assignment.
   *
   * @param address the node's own address
   * @param meshAddress host:port of the node's ingress for other nodes
   */
  public record OpenSession(
      String nodeId, NodeDescription description, String address, @Nullable String meshAddress)
      implements FromNode {}

  /**
   * @param heartbeatMillis how often to send heartbeats; after three missed ones the node is down
   */
  public record SessionOpened(String sessionId, long heartbeatMillis) {}

  /**
   * @param applied sequence of the last assignment taken in this session, 0 before the first; when
   *     it stays behind, the leader sends COMPLETE again
   * @param trouble why the node can do no work, in words; the node is down then, and its agent
   *     opens another session when it can work again
   */
  public record Heartbeat(String nodeId, String sessionId, long applied, @Nullable String trouble)
      implements FromNode {
    public Heartbeat(String nodeId, String sessionId, long applied) {
      this(nodeId, sessionId, applied, null);
    }
  }

  public record HeartbeatTaken(long heartbeatMillis) {}

  /**
   * Observations since the last report, newest state of each task only. The agent keeps them until
   * the answer came.
   */
  public record StatusReport(String nodeId, String sessionId, List<TaskReport> tasks)
      implements FromNode {
    public StatusReport {
      tasks = List.copyOf(tasks);
    }
  }

  /**
   * @param networks the networks that the task's container is attached to, with its addresses;
   *     empty while it has none
   */
  @SuppressWarnings("RedundantNullCheck") // empty lists are left out of JSON
  public record TaskReport(
      String taskId, TaskStatus status, List<Task.NetworkAttachment> networks) {
    public TaskReport {
      networks = networks == null ? List.of() : List.copyOf(networks);
    }
  }

  /**
   * The reports are committed (or speak of tasks that are gone).
   *
   * @param gone ids of reported tasks that the leader does not know; their containers are to be
   *     removed
   */
  @SuppressWarnings("RedundantNullCheck")
  public record StatusTaken(List<String> gone) {
    public StatusTaken {
      gone = gone == null ? List.of() : List.copyOf(gone);
    }
  }

  public enum AssignmentType {
    /** Everything the node is to have; what is not named is to be removed. */
    COMPLETE,
    /** The difference to the assignment that {@code appliesTo} names. */
    INCREMENTAL
  }

  /**
   * What a node is to run.
   *
   * @param sequence number of this assignment in the session, from 1
   * @param appliesTo sequence that an INCREMENTAL one follows; when it is not the last taken, the
   *     agent fails with {@link BusFailure#GAP}
   * @param tasks new or changed tasks, desired state and all
   * @param removedTasks ids of tasks whose containers are to be stopped and removed
   * @param networks that the tasks need, by id
   * @param secrets with their data, by id; kept in memory only
   * @param configs with their data, by id
   * @param registryAuths the base64url X-Registry-Auth for pulls, by service id
   */
  @SuppressWarnings("RedundantNullCheck")
  public record Assignment(
      String sessionId,
      AssignmentType type,
      long sequence,
      long appliesTo,
      List<Task> tasks,
      List<String> removedTasks,
      Map<String, Network> networks,
      Map<String, Secret> secrets,
      Map<String, Config> configs,
      Map<String, Sensitive> registryAuths) {
    public Assignment {
      tasks = tasks == null ? List.of() : List.copyOf(tasks);
      removedTasks = removedTasks == null ? List.of() : List.copyOf(removedTasks);
      networks = networks == null ? Map.of() : Map.copyOf(networks);
      secrets = secrets == null ? Map.of() : Map.copyOf(secrets);
      configs = configs == null ? Map.of() : Map.copyOf(configs);
      registryAuths = registryAuths == null ? Map.of() : Map.copyOf(registryAuths);
    }
  }

  public record AssignmentTaken(long sequence) {}

  /**
   * The node leaves the swarm: remove its containers and networks and nothing else, and forget the
   * assignments.
   */
  public record Leave(String nodeId) {}

  /**
   * @param removedContainers how many were removed
   */
  public record Left(int removedContainers) {}
}
