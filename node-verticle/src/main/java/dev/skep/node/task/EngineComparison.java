package dev.skep.node.task;

import dev.skep.engine.ContainerSummary;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.step.Observed;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Compares what is known of this node's containers with what the engine has. */
final class EngineComparison {
  private final TaskExecutor executor;
  private final Fibers fibers;
  private final ManagedTasks tasks;

  EngineComparison(TaskExecutor executor, Fibers fibers, ManagedTasks tasks) {
    this.executor = executor;
    this.fibers = fibers;
    this.tasks = tasks;
  }

  /**
   * Looks at every container of this node that is not as it is thought to be, and finds those that
   * nobody knew of. Tasks that are being worked on look for themselves.
   *
   * @return how many containers the engine has
   */
  int compare() {
    Set<String> expected = new HashSet<>();
    tasks.all().stream()
        .filter(task -> !(task.observed() instanceof Observed.Absent))
        .forEach(task -> expected.add(task.id()));
    List<ContainerSummary> containers = executor.containers();
    List<Future<Boolean>> looks = new ArrayList<>();
    for (ContainerSummary container : containers) {
      String taskId = container.labels().getOrDefault(ContainerRequest.TASK_LABEL, "");
      if (taskId.isEmpty()) {
        continue;
      }
      expected.remove(taskId);
      ManagedTask task = tasks.findOrAdd(taskId);
      if (task.doubts(container)) {
        looks.add(
            fibers.start(() -> {
              task.see(executor.inspect(container.id()));
              return true;
            }));
      }
    }
    expected.forEach(id -> tasks.find(id).ifPresent(ManagedTask::notListed));
    Future.join(looks).await();
    return containers.size();
  }
}
