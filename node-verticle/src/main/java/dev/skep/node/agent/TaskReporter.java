package dev.skep.node.agent;

import dev.skep.node.concurrent.Fibers;
import dev.skep.node.concurrent.Signal;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * Tells the leader how far each task is. A state that somebody waits for is reported at once,
 * unless there was a report just before. States on the way there go along with it, or a little
 * later. Each report is a commit and a pass of the leader, and a node that starts a hundred
 * containers has five hundred states to report.
 */
public final class TaskReporter {
  /** Tasks in one report. A report is one commit of the leader's. */
  private static final int MAX_BATCH = 500;

  private static final Duration RETRY = Duration.ofMillis(500);

  /**
   * Between two reports, for each task that is on its way: a hundred containers that start come in
   * few, full reports, and the last of them hardly wait.
   */
  private static final Duration PACE_PER_TASK = Duration.ofMillis(4);

  private static final Duration SHORTEST_PACE = Duration.ofMillis(50);
  private static final Duration LONGEST_PACE = Duration.ofMillis(400);

  /** How long a step on the way may wait for something to go along with. */
  private static final Duration UNHURRIED = Duration.ofMillis(200);

  private final LeaderSession session;
  private final Fibers fibers;
  private final IntSupplier onTheWay;
  private final Consumer<List<String>> told;
  private final Consumer<List<String>> gone;
  private final Map<String, TaskReport> pending = new LinkedHashMap<>();
  private final Signal hurry = new Signal();
  private final Signal lull = new Signal();
  private boolean urgent;
  private boolean sending;
  private boolean scheduled;

  /**
   * @param onTheWay how many tasks are being worked on right now
   * @param told told of tasks whose reports were taken
   * @param gone told of tasks that the leader does not know
   */
  public TaskReporter(
      LeaderSession session,
      Fibers fibers,
      IntSupplier onTheWay,
      Consumer<List<String>> told,
      Consumer<List<String>> gone) {
    this.session = session;
    this.fibers = fibers;
    this.onTheWay = onTheWay;
    this.told = told;
    this.gone = gone;
  }

  /**
   * Sends the newest state of a task, soon.
   *
   * @param awaited whether it is what is wanted of the task, or its end
   */
  public void report(TaskReport report, boolean awaited) {
    pending.put(report.taskId(), report);
    if (awaited) {
      urgent = true;
      hurry.fire();
    }
    flushSoon();
  }

  /** The leader knows this task's state already. */
  public void drop(String taskId) {
    pending.remove(taskId);
  }

  /** The last task has come to rest: nothing follows soon that a report could wait for. */
  public void allRest() {
    lull.fire();
  }

  /** Sends what waits, if the session is open. */
  public void flushSoon() {
    if (!scheduled && !sending) {
      scheduled = true;
      fibers.run(this::flush);
    }
  }

  private void flush() {
    scheduled = false;
    if (sending) {
      return;
    }
    sending = true;
    try {
      while (!pending.isEmpty() && session.ready()) {
        if (!urgent) {
          fibers.await(hurry, UNHURRIED);
        }
        if (pending.isEmpty() || !session.ready()) {
          return; // the leader knew already, or there is none: the next session's begin sends them
        }
        urgent = false;
        send(pending.values().stream().limit(MAX_BATCH).toList());
        fibers.await(lull, pace());
      }
    } finally {
      sending = false;
    }
  }

  private Duration pace() {
    long millis = PACE_PER_TASK.multipliedBy(onTheWay.getAsInt()).toMillis();
    return Duration.ofMillis(Math.clamp(millis, SHORTEST_PACE.toMillis(), LONGEST_PACE.toMillis()));
  }

  private void send(List<TaskReport> batch) {
    batch.forEach(report -> pending.remove(report.taskId()));
    try {
      List<String> unknown = session.report(batch);
      told.accept(batch.stream().map(TaskReport::taskId).toList());
      if (!unknown.isEmpty()) {
        gone.accept(unknown);
      }
    } catch (BusFailure e) {
      Map<String, TaskReport> newer = new LinkedHashMap<>(pending);
      pending.clear();
      new ArrayList<>(batch).forEach(report -> pending.put(report.taskId(), report));
      pending.putAll(newer);
      if (e.code() != BusFailure.NO_SESSION) {
        fibers.pause(RETRY);
      }
    }
  }
}
