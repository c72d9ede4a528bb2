package dev.skep.scheduler.leader;

import dev.skep.scheduler.Samples;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentTaken;
import dev.skep.store.bus.message.AgentMessages.AssignmentType;
import dev.skep.store.bus.message.AgentMessages.Heartbeat;
import dev.skep.store.bus.message.AgentMessages.HeartbeatTaken;
import dev.skep.store.bus.message.AgentMessages.OpenSession;
import dev.skep.store.bus.message.AgentMessages.SessionOpened;
import dev.skep.store.bus.message.AgentMessages.StatusReport;
import dev.skep.store.bus.message.AgentMessages.StatusTaken;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Task;
import dev.skep.store.model.Task.NetworkAttachment;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.spec.ContainerSpec;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A node of the simulation: an agent with containers that start, crash and complete. */
final class SimAgent {
  /** A container of a flaky image exits within so many milliseconds of its start. */
  private static final long FLAKY_FOR = 900;

  /** The share of reports that say of networks what is not so, while the world is not calm. */
  private static final double LIES = 0.1;

  /** The share of a job's containers that fail. */
  private static final double JOB_FAILS = 0.15;

  private final Simulation world;
  private final String nodeId;

  /** A task that the agent has, with the state of its container. */
  private static final class Held {
    Task task;
    TaskState state;
    @Nullable String err;
    boolean container;
    boolean moving;

    Held(Task task) {
      this.task = task;
      this.state = task.state();
    }
  }

  private final Map<String, Held> held = new TreeMap<>();
  private final Set<String> news = new TreeSet<>();
  private boolean up = true;
  private int life;
  private @Nullable String session;
  private long applied;
  private boolean reporting;

  SimAgent(Simulation world, String nodeId) {
    this.world = world;
    this.nodeId = nodeId;
  }

  String nodeId() {
    return nodeId;
  }

  boolean up() {
    return up;
  }

  /** How many containers of the service run. */
  long running(String serviceId) {
    return held.values().stream()
        .filter(task -> task.container && task.task.serviceId().equals(serviceId))
        .count();
  }

  /** Ids of the tasks whose containers run. */
  Set<String> running() {
    Set<String> running = new TreeSet<>();
    held.forEach((id, task) -> {
      if (task.container) {
        running.add(id);
      }
    });
    return running;
  }

  // ------------------------------------------------------------------ life

  void start() {
    up = true;
    life++;
    session = null;
    reporting = false;
    held.values().forEach(task -> task.moving = false);
    open(life);
    heartbeat(life);
  }

  /** The daemon is gone; containers go on, unless the whole host died. */
  void die(boolean host) {
    up = false;
    life++;
    session = null;
    if (host) {
      for (Held task : held.values()) {
        if (task.container) {
          gone(task);
          end(task, TaskState.FAILED, "host died");
        }
      }
    }
  }

  /** A container crashes. */
  void crash(String taskId) {
    Held task = held.get(taskId);
    if (task != null && task.container) {
      gone(task);
      end(task, TaskState.FAILED, "task: non-zero exit (137)");
    }
  }

  private void later(long minMillis, long maxMillis, Runnable what) {
    int now = life;
    world.after(
        world.between(minMillis, maxMillis),
        () -> {
          if (up && life == now) {
            what.run();
          }
        });
  }

  // ------------------------------------------------------------------ leader

  private void open(int ofLife) {
    world
        .<SessionOpened>call(() ->
            world
                .dispatcher()
                .open(
                    new OpenSession(
                        nodeId, Samples.description("host-" + nodeId), "10.0.0.1", null)))
        .onComplete(opened -> {
          if (!up || life != ofLife) {
            return;
          }
          if (opened.failed()) {
            later(200, 1000, () -> open(ofLife));
            return;
          }
          session = opened.result().sessionId();
          applied = 0;
          news.addAll(held.keySet());
          report();
        });
  }

  private void heartbeat(int ofLife) {
    later(
        world.heartbeatMillis(),
        world.heartbeatMillis(),
        () -> {
          String mine = session;
          if (mine != null) {
            world
                .<HeartbeatTaken>call(
                    () -> world.dispatcher().heartbeat(new Heartbeat(nodeId, mine, applied)))
                .onFailure(cause -> lost(mine, cause));
          }
          heartbeat(ofLife);
        });
  }

  private void lost(String mine, Throwable cause) {
    boolean unknown =
        cause instanceof BusFailure failure && failure.code() == BusFailure.NO_SESSION;
    if (unknown && up && mine.equals(session)) {
      session = null;
      open(life);
    }
  }

  private void report() {
    String mine = session;
    if (mine == null || reporting || news.isEmpty()) {
      return;
    }
    reporting = true;
    int ofLife = life;
    Map<String, TaskState> told = new TreeMap<>();
    List<TaskReport> reports = new ArrayList<>();
    for (String id : news) {
      Held task = held.get(id);
      if (task != null) {
        told.put(id, task.state);
        TaskStatus status = TaskStatus.of(world.now(), task.state, task.state.text());
        reports.add(new TaskReport(id, status.withErr(task.err), attachments(task)));
      }
    }
    world
        .<StatusTaken>call(() -> world.dispatcher().report(new StatusReport(nodeId, mine, reports)))
        .onComplete(taken -> {
          if (!up || life != ofLife) {
            return;
          }
          reporting = false;
          if (taken.failed()) {
            lost(mine, taken.cause());
            later(100, 500, this::report);
            return;
          }
          told.forEach((id, state) -> {
            Held task = held.get(id);
            if (task == null || task.state == state) {
              news.remove(id);
            }
          });
          taken.result().gone().forEach(this::drop);
          report();
        });
  }

  /** What it says of the task's networks: whatever it says, the addresses are the manager's. */
  private List<NetworkAttachment> attachments(Held task) {
    if (world.drivers().local()) {
      return List.of();
    }
    List<NetworkAttachment> told = task.task.networksAttachments();
    if (world.isCalm() || !world.chance(LIES)) {
      return told;
    }
    boolean unknown = world.chance(0.5);
    return told.stream()
        .map(a -> new NetworkAttachment(unknown ? null : a.network(), List.of("10.0.0.1/24")))
        .toList();
  }

  Future<AssignmentTaken> take(Assignment assignment) {
    if (!up) {
      return Future.failedFuture(new BusFailure(BusFailure.NO_LISTENER, "down"));
    }
    if (!assignment.sessionId().equals(session)) {
      return Future.failedFuture(new BusFailure(BusFailure.NO_SESSION, "another session"));
    }
    if (assignment.sequence() <= applied) {
      return Future.succeededFuture(new AssignmentTaken(applied));
    }
    boolean all = assignment.type() == AssignmentType.COMPLETE;
    if (!all && assignment.appliesTo() != applied) {
      return Future.failedFuture(new BusFailure(BusFailure.GAP, "missed one"));
    }
    applied = assignment.sequence();
    if (all) {
      Set<String> keep = new TreeSet<>();
      assignment.tasks().forEach(task -> keep.add(task.id()));
      List.copyOf(held.keySet()).stream().filter(id -> !keep.contains(id)).forEach(this::drop);
    }
    assignment.removedTasks().forEach(this::drop);
    for (Task task : assignment.tasks()) {
      Held known = held.get(task.id());
      if (known == null) {
        known = new Held(task);
        held.put(task.id(), known);
        if (!task.state().ended() && task.state().after(TaskState.PREPARING)) {
          end(known, TaskState.FAILED, "its container is gone");
        }
      }
      known.task = task;
      go(task.id());
    }
    return Future.succeededFuture(new AssignmentTaken(applied));
  }

  private void drop(String taskId) {
    held.remove(taskId);
    news.remove(taskId);
  }

  // ------------------------------------------------------------------ containers

  private void go(String taskId) {
    Held task = held.get(taskId);
    if (task == null || task.moving || nothingToDo(task)) {
      return;
    }
    task.moving = true;
    boolean stopping = task.task.desiredState().after(TaskState.COMPLETE);
    boolean works = task.state == TaskState.RUNNING;
    later(
        stopping ? 20 : 5,
        stopping ? 1500 : works ? 3000 : 120,
        () -> {
          if (held.get(taskId) == task) {
            task.moving = false;
            step(task);
            go(taskId);
          }
        });
  }

  private static boolean nothingToDo(Held task) {
    if (task.state.ended()) {
      return true;
    }
    TaskState desired = task.task.desiredState();
    if (desired.after(TaskState.COMPLETE)) {
      return false;
    }
    if (desired == TaskState.READY) {
      return !TaskState.READY.after(task.state);
    }
    return task.state == TaskState.RUNNING && desired == TaskState.RUNNING;
  }

  private void step(Held task) {
    if (nothingToDo(task)) {
      return;
    }
    if (task.task.desiredState().after(TaskState.COMPLETE)) {
      gone(task);
      end(task, TaskState.SHUTDOWN, null);
      return;
    }
    String image = image(task.task);
    switch (task.state) {
      case NEW, ALLOCATED, PENDING, ASSIGNED, ACCEPTED -> move(task, TaskState.PREPARING);
      case PREPARING -> {
        if (image.startsWith("missing")) {
          end(task, TaskState.REJECTED, "No such image: " + image);
        } else {
          move(task, TaskState.READY);
        }
      }
      case READY -> move(task, TaskState.STARTING);
      case STARTING -> {
        if (image.startsWith("broken")) {
          end(task, TaskState.FAILED, "task: non-zero exit (1)");
        } else {
          task.container = true;
          move(task, TaskState.RUNNING);
          if (image.startsWith("flaky")) {
            String id = task.task.id();
            later(100, FLAKY_FOR, () -> crash(id));
          }
        }
      }
      case RUNNING -> {
        gone(task);
        if (!world.isCalm() && world.chance(JOB_FAILS)) {
          end(task, TaskState.FAILED, "task: non-zero exit (2)");
        } else {
          end(task, TaskState.COMPLETE, null);
        }
      }
      default -> throw new IllegalStateException("a step from " + task.state);
    }
  }

  private void gone(Held task) {
    if (task.container) {
      task.container = false;
      world.containerEnded.accept(task.task);
    }
  }

  private static String image(Task task) {
    ContainerSpec container = task.spec().containerSpec();
    return container == null ? "" : String.valueOf(container.image());
  }

  private void move(Held task, TaskState state) {
    task.state = state;
    news.add(task.task.id());
    later(1, 20, this::report);
  }

  private void end(Held task, TaskState state, @Nullable String err) {
    task.err = err;
    move(task, state);
  }
}
