package dev.skep.gateway.service;

import dev.skep.gateway.api.Unattended;
import dev.skep.store.ClusterState;
import dev.skep.store.model.Service;
import dev.skep.store.model.ServiceSpec.Mode;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;

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
      if (task.state() == TaskState.RUNNING && Unattended.why(task, state).isEmpty()) {
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

  private static long desired(@org.jspecify.annotations.Nullable Mode mode, long perNode) {
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
