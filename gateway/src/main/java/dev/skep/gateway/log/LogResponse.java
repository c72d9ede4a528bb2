package dev.skep.gateway.log;

import dev.skep.gateway.api.cluster.StoreStreams;
import dev.skep.store.Store;
import dev.skep.store.StoreListener;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.LogMessages.LogLine;
import dev.skep.store.bus.message.LogMessages.LogLines;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream of the logs of some tasks. Each task's lines are pulled by a thread of its
 * own, virtual, on the request's context; so only one of them runs at a time.
 *
 * <p>A client that follows stays with a task whose node or engine is out of reach for a while. It
 * goes on where it stood once that is back. A client that does not follow is told what is missing.
 */
final class LogResponse {
  /** How soon a node that did not answer is asked again. */
  private static final long RETRY_MILLIS = 1_000;

  /** Reasons that one answer names; with thousands of tasks the first ones say enough. */
  private static final int MAX_PROBLEMS = 20;

  private final Context context;
  private final Store store;
  private final Bus bus;
  private final LogOptions options;
  private final LogFrames frames;
  private final HttpServerResponse response;
  private final Predicate<Task> wanted;

  /** Whether nothing can come any more, once what is open has ended. */
  private final Predicate<ClusterState> exhausted;

  private final StoreStreams streams;
  private final Runnable leaving;
  private final Set<String> started = new HashSet<>();
  private final Set<String> problems = new TreeSet<>();
  private int open;
  private boolean over;
  private Store.@Nullable Watch watch;

  LogResponse(
      Context context,
      Manager manager,
      LogOptions options,
      boolean tty,
      HttpServerResponse response,
      Predicate<Task> wanted,
      Predicate<ClusterState> exhausted,
      StoreStreams streams) {
    this.context = context;
    this.store = manager.store();
    this.bus = manager.bus();
    this.options = options;
    this.frames = new LogFrames(options, tty);
    this.response = response;
    this.wanted = wanted;
    this.exhausted = exhausted;
    this.streams = streams;
    this.leaving = () -> context.runOnContext(v -> leave());
  }

  void start() {
    response.closeHandler(closed -> stop());
    response.exceptionHandler(failed -> stop());
    streams.add(store, leaving);
    response.writeHead();
    if (response.closed()) {
      stop();
      return;
    }
    if (options.follow()) {
      watch = store.follow(new Changes());
    } else {
      look(store.state());
    }
  }

  /** Hands what the store tells to the context of the request; its present state comes first. */
  private final class Changes implements StoreListener {
    @Override
    public void commit(Commit commit) {
      context.runOnContext(v -> changed(commit));
    }

    @Override
    public void reset(ClusterState state) {
      context.runOnContext(v -> look(state));
    }
  }

  /** All there is, whatever was seen of it before. */
  private void look(ClusterState state) {
    state.tasks().stream().filter(wanted).forEach(task -> begin(task, state));
    endIfDone();
  }

  private void changed(Commit commit) {
    boolean removed = false;
    for (Change change : commit.changes()) {
      if (change.object() instanceof Task task && wanted.test(task)) {
        begin(task, commit.state());
      }
      removed |= change instanceof Change.Deleted && change.object().kind() != Kind.NETWORK;
    }
    if (removed || open == 0) {
      endIfDone();
    }
  }

  /** Opens a task's log, once it has one. */
  private void begin(Task task, ClusterState state) {
    if (over
        || task.nodeId().isEmpty()
        || task.state().compareTo(TaskState.RUNNING) < 0
        || !started.add(task.id())) {
      return;
    }
    if (away(task, state) && (task.state().ended() || !options.follow())) {
      if (!task.state().ended()) {
        note("node " + task.nodeId() + " is not available");
      }
      return;
    }
    open++;
    context.runOnContext(v -> pull(task));
  }

  private static boolean away(Task task, ClusterState state) {
    Optional<Node> node = state.node(task.nodeId());
    return node.isEmpty() || node.get().status().state().equals(NodeStatus.DOWN);
  }

  private void pull(Task task) {
    LogSource source = new LogSource(bus, task, options);
    try {
      boolean more = true;
      while (!over && more) {
        more = round(source, task);
      }
    } finally {
      source.close();
      open--;
      endIfDone();
    }
  }

  /** Passes on what the task's log has now; false when it has no more. */
  private boolean round(LogSource source, Task task) {
    try {
      Optional<LogLines> lines = source.next();
      lines.ifPresent(some -> write(task, some.lines()));
      return lines.isPresent();
    } catch (BusFailure e) {
      if (mayComeBack(task)) {
        context.owner().timer(RETRY_MILLIS).await();
        return true;
      }
      Buffer out = Buffer.buffer();
      problem(out, task, String.valueOf(e.getMessage()));
      if (out.length() > 0 && !over) {
        response.write(out);
      }
    } catch (Exception e) { // awaiting throws what the write failed with, checked or not
      stop(); // the client went away while it was written to
    }
    return false;
  }

  /** Whether more of the log may come, if the client waits for it. */
  private boolean mayComeBack(Task task) {
    ClusterState state = store.state();
    return options.follow()
        && state
            .task(task.id())
            .filter(now -> !now.state().ended() || !away(now, state))
            .isPresent();
  }

  /** Returns when the client's connection has taken the lines: that is the back-pressure. */
  private void write(Task task, List<LogLine> lines) {
    if (lines.isEmpty()) {
      return;
    }
    Buffer out = Buffer.buffer();
    for (LogLine line : lines) {
      if (line.stream() == LogFrames.SYSTEM_ERROR) {
        problem(out, task, LogFrames.reason(line));
      } else {
        frames.append(out, task, line);
      }
    }
    if (out.length() > 0) {
      response.write(out).await();
    }
  }

  /**
   * One task's log cannot be had. A frame of the system's would end the client's reading of all the
   * others, so it comes at the end. A client that follows is told now, by a line of the task's.
   */
  private void problem(Buffer out, Task task, String reason) {
    String text = "task " + task.id() + " on node " + task.nodeId() + ": " + reason;
    note(text);
    if (options.follow() && options.stderr()) {
      frames.appendProblem(out, task, "Error grabbing logs: " + reason);
    }
  }

  private void note(String problem) {
    problems.add(problems.size() < MAX_PROBLEMS ? problem : "others of the kind");
  }

  private void endIfDone() {
    if (over || open > 0 || (options.follow() && !exhausted.test(store.state()))) {
      return;
    }
    stop();
    if (problems.isEmpty()) {
      response.end();
      return;
    }
    Buffer error = Buffer.buffer();
    frames.appendError(
        error,
        "Error grabbing logs: rpc error: code = Unknown desc = warning: incomplete log stream. some"
            + " logs could not be retrieved for the following reasons: "
            + String.join(", ", problems));
    response.end(error);
  }

  private void leave() {
    if (!over) {
      stop();
      response.end();
    }
  }

  private void stop() {
    over = true;
    streams.remove(leaving);
    if (watch != null) {
      watch.close();
      watch = null;
    }
  }
}
