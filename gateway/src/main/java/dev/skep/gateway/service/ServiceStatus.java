package dev.skep.gateway.service;

import dev.skep.gateway.api.cluster.Unattended;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.state.ClusterState;
import org.jspecify.annotations.Nullable;

/**
 * How many tasks a service has.
 *
 * @param runningTasks that are known to run
 * @param desiredTasks how many are to run; for jobs, how many at once
 * @param completedTasks of the job's present iteration; 0 for other services
 */
public record ServiceStatus(long runningTasks, long desiredTasks, long completedTasks) {

  public static ServiceStatus of(Service service, ClusterState state) {
    Mode mode = service.spec().mode();
    long running = 0;
    long completed = 0;
    long perNode = 0;
    for (Task task : state.tasksOfService(service.id())) {
      if (service.jobStatus() != null
          && !service.jobStatus().jobIteration().equals(task.jobIteration())) {
        continue;
      }
      if (task.state() == TaskState.RUNNING
          && Unattended.why(task, state).isEmpty()
          && !lost(task, state)) {
        running++;
      }
      if (service.jobStatus() != null && task.state() == TaskState.COMPLETE) {
        completed++;
      }
      if (task.desiredState() == TaskState.RUNNING
          || (task.desiredState() == TaskState.COMPLETE && task.state() != TaskState.COMPLETE)) {
        perNode++;
      }
    }
    return new ServiceStatus(running, desired(mode, perNode), completed);
  }

  /** What was last heard of a task says nothing once its node is down or gone. */
  private static boolean lost(Task task, ClusterState state) {
    return state
        .node(task.nodeId())
        .map(node -> node.status().state().equals(NodeStatus.DOWN))
        .orElse(true);
  }

  private static long desired(@Nullable Mode mode, long perNode) {
    if (mode != null && mode.replicated() != null && mode.replicated().replicas() != null) {
      return mode.replicated().replicas();
    }
    if (mode != null
        && mode.replicatedJob() != null
        && mode.replicatedJob().maxConcurrent() != null) {
      return mode.replicatedJob().maxConcurrent();
    }
    return perNode;
  }
}
