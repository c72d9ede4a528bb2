package dev.skep.node.task;

import dev.skep.node.concurrent.Fibers;
import dev.skep.node.concurrent.Signal;
import dev.skep.node.step.Observed;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What the tasks of a node share: whether the engine is there, whether the leader has spoken, how
 * many of them are being worked on, and who hears of them.
 */
final class NodeTaskHost implements TaskHost {
  private static final Duration ENGINE_RETRY = Duration.ofMillis(500);

  /** Nothing is missed by waking up; it only bounds the wait. */
  private static final Duration LONG_WAIT = Duration.ofMinutes(1);

  private final NamePublisher names;
  private final TaskListener listener;
  private final Fibers fibers;
  private final Consumer<ManagedTask> forget;
  private final Signal engineBack = new Signal();
  private boolean engineUp;

  /** Whether the engine's containers were looked at in this life of the agent. */
  private boolean looked;

  /** Whether the leader has spoken in this life of the agent. */
  private boolean trusted;

  private boolean closed;
  private int inProgress;

  NodeTaskHost(
      NamePublisher names, TaskListener listener, Fibers fibers, Consumer<ManagedTask> forget) {
    this.names = names;
    this.listener = listener;
    this.fibers = fibers;
    this.forget = forget;
  }

  // From the reconciler

  void engineConnected() {
    engineUp = true;
    engineBack.fire();
  }

  void engineLost() {
    engineUp = false;
  }

  boolean engineUp() {
    return engineUp;
  }

  void looked() {
    looked = true;
  }

  /** The leader has said what this node is to run; gives whether that is news. */
  boolean leaderSpoke() {
    boolean first = !trusted;
    trusted = true;
    return first;
  }

  /** Whether both the leader and the engine have been heard. */
  boolean settled() {
    return trusted && looked;
  }

  /** Tasks that are due to be worked on, or are. */
  int inProgress() {
    return inProgress;
  }

  /** Nothing more is begun, and nobody waits for the engine any longer. */
  void close() {
    closed = true;
    engineBack.fire();
  }

  // To the tasks

  @Override
  public boolean mayWork(boolean assigned) {
    return !closed && looked && (assigned || trusted);
  }

  @Override
  public boolean mayCreate() {
    return trusted;
  }

  @Override
  public boolean awaitEngine() {
    while (!closed) {
      fibers.pause(ENGINE_RETRY);
      if (engineUp) {
        return true;
      }
      fibers.await(engineBack, LONG_WAIT);
    }
    return false;
  }

  @Override
  public void begun() {
    inProgress++;
  }

  @Override
  public void rested(boolean moved) {
    inProgress--;
    if (moved && inProgress == 0) {
      listener.allRest();
    }
  }

  /** Names are answered from what is known; before the engine was looked at that is nothing. */
  @Override
  public void noted(ManagedTask task) {
    if (looked) {
      names.note(task);
    }
  }

  @Override
  public void report(ManagedTask task) {
    if (task.assigned()) {
      listener.report(task.report(), task.awaited());
    }
  }

  @Override
  public void known(ManagedTask task) {
    listener.known(task.id());
  }

  @Override
  public void ended(ManagedTask task) {
    if (task.observed() instanceof Observed.Dead) {
      listener.ended(task);
    }
  }

  @Override
  public void forget(ManagedTask task) {
    forget.accept(task);
  }
}
