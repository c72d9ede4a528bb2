package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Service;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ServiceSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces tasks that are out of date, a few at a time. Where it stands follows from the tasks
 * alone: a slot is being updated while its first up-to-date task of this update does not run yet,
 * and for the delay after that. So a new leader goes on where the last one stopped, and a new spec
 * simply makes the slots out of date again.
 */
final class RollingUpdate {
  private final ServiceContext context;
  private final Plan plan;
  private final Service service;
  private final SlotReconciler reconciler;
  private final List<Slot> slots;
  private final UpdateTerms terms;
  private final boolean rollback;

  /**
   * @param slots those that are to stay, reconciled
   */
  RollingUpdate(ServiceContext context, SlotReconciler reconciler, List<Slot> slots) {
    this.context = context;
    this.plan = context.plan();
    this.service = context.service();
    this.reconciler = reconciler;
    this.slots = slots;
    this.terms = UpdateTerms.of(service);
    this.rollback = terms.rollback();
  }

  void decide() {
    boolean halted = in("paused") || in("rollback_paused");
    // Before anything of the old spec is ended, which the service may be about to go back to.
    if (!halted && terms.startedAt() != null && failed(terms.startedAt())) {
      return;
    }
    for (Slot slot : slots) {
      if (context.stopsHere()) {
        break;
      }
      finish(slot);
    }
    if (halted) {
      return;
    }
    List<Slot> outdated = new ArrayList<>();
    for (Slot slot : slots) {
      if (outdated(slot)) {
        outdated.add(slot);
      }
    }
    Instant startedAt = terms.startedAt();
    if (startedAt == null) {
      if (outdated.isEmpty()) {
        return;
      }
      startedAt = plan.now();
      if (service.updateStatus() == null) {
        status(new UpdateStatus("updating", startedAt, null, "update in progress"));
        context.because("update started", outdated.size(), "tasks are out of date");
      }
    }
    step(outdated, startedAt);
  }

  private boolean in(String state) {
    return service.updateStatus() != null && service.updateStatus().state().equals(state);
  }

  // ------------------------------------------------------------------ one slot

  /** Ends the old tasks of a slot whose new one runs, or whose order asks for stopping first. */
  private void finish(Slot slot) {
    List<Task> wanted = slot.wanted();
    if (wanted.size() < 2) {
      return;
    }
    Task keep = null;
    for (Task task : wanted) {
      boolean better = keep == null || keep.state() != TaskState.RUNNING;
      if (better && context.fresh(task) && !task.state().ended()) {
        keep = task;
      }
    }
    if (keep == null || (terms.startFirst() && !proven(keep))) {
      return;
    }
    for (Task task : wanted) {
      if (!task.id().equals(keep.id())) {
        slot.desire(plan, task, TaskState.SHUTDOWN);
      }
    }
  }

  /**
   * Whether the old task of a slot may leave for this one. Where a failure takes the service back,
   * the old task stays until the new one was watched to the end: a command that exits a moment
   * after its start must not take what served well with it.
   */
  private boolean proven(Task task) {
    if (task.state() != TaskState.RUNNING) {
      return false;
    }
    Instant until = revocable() ? watchedUntil(task) : plan.now();
    if (until.isAfter(plan.now())) {
      context.wake(until);
      return false;
    }
    return true;
  }

  /** A change of labels in the middle takes the status away. The update goes on. */
  private boolean revocable() {
    return (in("updating") || service.updateStatus() == null)
        && terms.startFirst()
        && terms.failureAction().equals("rollback")
        && service.previousSpec() != null;
  }

  private Instant watchedUntil(Task task) {
    Instant since = task.runningSince() == null ? task.updatedAt() : task.runningSince();
    return since.plus(terms.monitor());
  }

  /** Until when both the old and the new task of the slot run; absent when one of them does. */
  private @Nullable Instant sharedUntil(Slot slot) {
    List<Task> wanted = slot.wanted();
    if (wanted.size() < 2 || !revocable()) {
      return null;
    }
    for (Task task : wanted) {
      if (context.fresh(task) && task.state() == TaskState.RUNNING) {
        return watchedUntil(task);
      }
    }
    return null;
  }

  /** Whether the slot has no up-to-date task and has to get one. */
  private boolean outdated(Slot slot) {
    List<Task> wanted = slot.wanted();
    if (wanted.isEmpty()) {
      Task last = slot.newest();
      // A rollback leaves alone what had ended under the spec that it goes back to.
      return last != null && !rollback && reconciler.held(slot) && !context.fresh(last);
    }
    for (Task task : wanted) {
      if (context.fresh(task)) {
        return false;
      }
    }
    Task last = slot.newest();
    // Its new task ended for good while the old one still runs: the restart policy said enough.
    return last == null || Slot.wanted(last) || !context.fresh(last);
  }

  /**
   * Since when the slot's turn in this update is over; {@link Instant#MAX} while it is not, absent
   * when the update has not touched it.
   */
  private @Nullable Instant turnOver(Slot slot, Instant startedAt) {
    boolean replaces = false;
    Instant over = null;
    boolean touched = false;
    for (Task task : slot.tasks()) {
      if (!context.fresh(task)) {
        replaces = true;
        continue;
      }
      boolean ofThisUpdate = !task.createdAt().isBefore(startedAt);
      if (!ofThisUpdate && (task.state().ended() || !replaces)) {
        continue;
      }
      touched = true;
      Instant at = firstUp(task);
      if (at != null && (over == null || at.isBefore(over))) {
        over = at;
      }
    }
    if (!touched || !replaces) {
      return null;
    }
    return over == null ? Instant.MAX : over;
  }

  /** When the task ran first, or ended without; absent before. */
  private static @Nullable Instant firstUp(Task task) {
    if (task.runningSince() != null) {
      return task.runningSince();
    }
    if (RestartRule.restarts(task) > 0) {
      return task.createdAt();
    }
    return task.state().ended() ? task.updatedAt() : null;
  }

  // ------------------------------------------------------------------ progress

  private void step(List<Slot> outdated, Instant startedAt) {
    Duration delay = terms.delay();
    int touched = 0;
    int busy = 0;
    Instant lastOver = startedAt;
    for (Slot slot : slots) {
      Instant over = turnOver(slot, startedAt);
      if (over == null) {
        continue;
      }
      touched++;
      if (over.isAfter(lastOver)) {
        lastOver = over;
      }
      Instant free = over.equals(Instant.MAX) ? over : over.plus(delay);
      Instant shared = sharedUntil(slot);
      if (shared != null && shared.isAfter(free)) {
        free = shared;
      }
      if (free.isAfter(plan.now())) {
        busy++;
        if (!over.equals(Instant.MAX)) {
          context.wake(free);
        }
      }
    }
    if (!outdated.isEmpty()) {
      replaceSome(outdated, busy);
    } else if (service.updateStatus() != null && !lastOver.equals(Instant.MAX)) {
      complete(touched == 0 ? plan.now() : lastOver.plus(terms.monitor()));
    }
  }

  private void replaceSome(List<Slot> outdated, int busy) {
    int parallelism = terms.parallelism(slots.size());
    // What does not run has nothing to lose.
    List<Slot> order = new ArrayList<>(outdated);
    order.sort(Comparator.comparing(Slot::anyRunning));
    int done = 0;
    for (Slot slot : order.subList(0, Math.clamp(parallelism - busy, 0, order.size()))) {
      if (context.stopsHere()) {
        break;
      }
      replace(slot);
      done++;
    }
    if (done > 0) {
      String what = rollback ? "tasks rolled back" : "tasks updated";
      context.because(what, done, outdated.size() - done + " to go");
    }
  }

  private void replace(Slot slot) {
    Task serving = terms.startFirst() ? running(slot) : null;
    for (Task task : slot.wanted()) {
      if (!task.equals(serving)) {
        slot.desire(plan, task, TaskState.SHUTDOWN);
      }
    }
    slot.add(plan, context.newTask(slot, reconciler.firstDesire(slot)));
  }

  /**
   * The task that serves until its successor does. One that does not run yet serves nobody: were it
   * kept, an update that overtakes others would pile tasks up in the slot.
   */
  private static @Nullable Task running(Slot slot) {
    Task running = null;
    for (Task task : slot.wanted()) {
      running = task.state() == TaskState.RUNNING ? task : running;
    }
    return running;
  }

  /** Ends the update at {@code quiet}, when no new task has failed until then. */
  private void complete(Instant quiet) {
    UpdateStatus was = service.updateStatus();
    if (was == null || !(in("updating") || in("rollback_started"))) {
      return;
    }
    if (quiet.isAfter(plan.now())) {
      context.wake(quiet);
      return;
    }
    String message = rollback ? "rollback completed" : "update completed";
    String state = rollback ? "rollback_completed" : "completed";
    status(new UpdateStatus(state, was.startedAt(), plan.now(), message));
    context.because(message, slots.size(), "no task is out of date");
  }

  // ------------------------------------------------------------------ failure

  /** Acts on failures when there are too many; returns whether the update ended by that. */
  private boolean failed(Instant startedAt) {
    String action = terms.failureAction();
    if (action.equals("continue")) {
      return false;
    }
    List<Task> failures = new UpdateFailures(context, terms.startedAt(startedAt)).in(slots);
    if (failures.isEmpty()
        || (double) failures.size() / slots.size() <= terms.config().maxFailureRatio()) {
      return false;
    }
    Task culprit = Collections.max(failures, Comparator.comparing(Task::updatedAt));
    String cause = " due to failure or early termination of task " + culprit.id();
    if (action.equals("rollback") && !rollback && service.previousSpec() != null) {
      rollBack("update rolled back" + cause);
    } else {
      UpdateStatus was = service.updateStatus();
      String message =
          (rollback && action.equals("rollback") ? "rollback paused" : "update paused") + cause;
      status(
          new UpdateStatus(
              rollback ? "rollback_paused" : "paused",
              was == null ? startedAt : was.startedAt(),
              null,
              message));
      context.because("update paused", slots.size(), message);
    }
    return true;
  }

  private void rollBack(String message) {
    UpdateStatus was = service.updateStatus();
    ServiceSpec previous = service.previousSpec();
    if (previous == null) {
      return;
    }
    plan.update(
        service.with(s ->
            s.spec(previous)
                .previousSpec(null)
                .specVersion(null)
                .registryAuth(service.previousRegistryAuth())
                .previousRegistryAuth(null)
                .updateStatus(
                    new UpdateStatus(
                        "rollback_started",
                        was == null ? plan.now() : was.startedAt(),
                        null,
                        message))));
    context.because("rollback started", slots.size(), message);
  }

  private void status(UpdateStatus status) {
    plan.update(service.withUpdateStatus(status));
  }
}
