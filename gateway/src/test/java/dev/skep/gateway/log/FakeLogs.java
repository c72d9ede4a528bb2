package dev.skep.gateway.log;

import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.LogMessages.CloseLogs;
import dev.skep.store.bus.message.LogMessages.LogLine;
import dev.skep.store.bus.message.LogMessages.LogLines;
import dev.skep.store.bus.message.LogMessages.LogsOpened;
import dev.skep.store.bus.message.LogMessages.NextLogs;
import dev.skep.store.bus.message.LogMessages.OpenLogs;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A node's agent that answers for the logs of its tasks: one line in each answer. */
final class FakeLogs {
  static final String TIME = "2026-11-21T03:07:31.359978132Z";

  private final Map<String, List<String>> lines = new ConcurrentHashMap<>();
  private final Map<String, Boolean> follows = new ConcurrentHashMap<>();
  private final AtomicInteger life = new AtomicInteger();

  /** What was asked to be opened. */
  final List<OpenLogs> opened = new CopyOnWriteArrayList<>();

  /** Streams that were closed before their end. */
  final List<String> closed = new CopyOnWriteArrayList<>();

  FakeLogs(Bus bus, String nodeId) {
    Future.all(
            bus.answer(Addresses.logs(nodeId), OpenLogs.class, this::open).completion(),
            bus.answer(Addresses.logsNext(nodeId), NextLogs.class, this::next).completion(),
            bus.listen(
                    Addresses.logsClose(nodeId),
                    CloseLogs.class,
                    close -> closed.add(close.streamId()))
                .completion())
        .await();
  }

  /** Gives a task a log; a task without one has no container any more. */
  void log(String taskId, String... text) {
    lines.put(taskId, List.of(text));
  }

  /** What is open is not known any more, as after a restart of the agent. */
  void forgetStreams() {
    life.incrementAndGet();
  }

  private Future<LogsOpened> open(OpenLogs request) {
    opened.add(request);
    if (!lines.containsKey(request.taskId())) {
      return Future.failedFuture(
          new BusFailure(BusFailure.NOT_FOUND, "no container of task " + request.taskId()));
    }
    follows.put(request.taskId(), request.follow());
    return Future.succeededFuture(new LogsOpened(request.taskId() + " " + life.get(), false));
  }

  private Future<LogLines> next(NextLogs request) {
    String taskId = request.streamId().substring(0, request.streamId().indexOf(' '));
    if (!request.streamId().equals(taskId + " " + life.get())) {
      return Future.failedFuture(
          new BusFailure(BusFailure.NOT_FOUND, request.streamId() + " is not open"));
    }
    List<String> all = lines.getOrDefault(taskId, List.of());
    int at = (int) request.sequence();
    boolean follow = follows.getOrDefault(taskId, false);
    List<LogLine> one = at < all.size() ? List.of(line(all.get(at))) : List.of();
    return Future.succeededFuture(
        new LogLines(request.sequence(), one, !follow && at >= all.size() - 1));
  }

  private static LogLine line(String text) {
    int stream = text.startsWith("Error grabbing") ? 3 : text.startsWith("err") ? 2 : 1;
    return new LogLine(
        stream, TIME, Map.of("env", "a b"), (text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
