package dev.skep.node.task;

import dev.skep.node.log.LoggedTask;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.TaskState;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what became of tasks. */
final class RecordingListener implements TaskListener {
  final List<TaskReport> reports = new CopyOnWriteArrayList<>();
  final List<String> known = new CopyOnWriteArrayList<>();
  final List<String> ended = new CopyOnWriteArrayList<>();
  final List<String> forgotten = new CopyOnWriteArrayList<>();
  final List<String> settled = new CopyOnWriteArrayList<>();

  /** The states that were reported of a task, in order, each once. */
  List<TaskState> states(String taskId) {
    return reports.stream()
        .filter(report -> report.taskId().equals(taskId))
        .map(report -> report.status().state())
        .distinct()
        .toList();
  }

  /** What was reported of a task last. */
  TaskReport last(String taskId) {
    return reports.stream()
        .filter(report -> report.taskId().equals(taskId))
        .reduce((before, after) -> after)
        .orElseThrow();
  }

  @Override
  public void report(TaskReport report, boolean awaited) {
    reports.add(report);
  }

  @Override
  public void known(String taskId) {
    known.add(taskId);
  }

  @Override
  public void allRest() {}

  @Override
  public void ended(LoggedTask task) {
    ended.add(task.id());
  }

  @Override
  public void forgotten(String taskId) {
    forgotten.add(taskId);
  }

  @Override
  public void settled() {
    settled.add("now");
  }
}
