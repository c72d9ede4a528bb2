package dev.skep.node.log;

import dev.skep.engine.Engine;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.engine.log.LogQuery;
import dev.skep.node.concurrent.Fibers;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.LogMessages;
import dev.skep.store.bus.message.LogMessages.CloseLogs;
import dev.skep.store.bus.message.LogMessages.LogLines;
import dev.skep.store.bus.message.LogMessages.LogsOpened;
import dev.skep.store.bus.message.LogMessages.NextLogs;
import dev.skep.store.bus.message.LogMessages.OpenLogs;
import dev.skep.store.model.Ids;
import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Hands out the logs of this node's tasks, as fast as each reader asks. */
public final class LogServer {
  /** Open streams at once; each holds a connection to the engine. */
  private static final int MAX_STREAMS = 256;

  private static final Duration SWEEP = Duration.ofSeconds(10);

  private final String nodeId;
  private final Engine engine;
  private final Fibers fibers;
  private final Bus bus;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Function<String, @Nullable LoggedTask> tasks;
  private final EndedTaskLogs lastLines;
  private final Map<String, LogFeed> feeds = new HashMap<>();
  private final List<MessageConsumer<Object>> consumers = new ArrayList<>();
  private boolean closed;

  public LogServer(
      String nodeId,
      Engine engine,
      Fibers fibers,
      Bus bus,
      InstantSource clock,
      RandomGenerator random,
      Function<String, @Nullable LoggedTask> tasks,
      EndedTaskLogs lastLines) {
    this.nodeId = nodeId;
    this.engine = engine;
    this.fibers = fibers;
    this.bus = bus;
    this.clock = clock;
    this.random = random;
    this.tasks = tasks;
    this.lastLines = lastLines;
  }

  public void open() {
    consumers.add(
        bus.answer(
            Addresses.logs(nodeId),
            OpenLogs.class,
            question -> fibers.start(() -> open(question))));
    consumers.add(
        bus.answer(
            Addresses.logsNext(nodeId),
            NextLogs.class,
            question -> fibers.start(() -> next(question))));
    consumers.add(
        bus.listen(
            Addresses.logsClose(nodeId),
            CloseLogs.class,
            message -> fibers.run(() -> close(message.streamId()))));
    fibers.run(this::sweep);
  }

  public Future<Void> close() {
    closed = true;
    feeds.values().forEach(LogFeed::close);
    feeds.clear();
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList()).mapEmpty();
  }

  private LogsOpened open(OpenLogs question) {
    LoggedTask task = tasks.apply(question.taskId());
    if (task == null
        || (task.containerId().isEmpty()
            && (!question.follow() || task.ended())
            && !lastLines.has(task.id()))) {
      throw new BusFailure(
          BusFailure.NOT_FOUND,
          "task " + question.taskId() + " has no container on node " + nodeId);
    }
    if (feeds.size() >= MAX_STREAMS) {
      throw new BusFailure(
          BusFailure.BAD_REQUEST,
          "node " + nodeId + " has " + MAX_STREAMS + " log streams open already");
    }
    LogFeed feed = new LogFeed(fibers, clock.instant());
    String streamId = Ids.next(random);
    feeds.put(streamId, feed);
    fibers.run(() -> feed(feed, task, question));
    return new LogsOpened(streamId, task.tty());
  }

  /** Connects the feed to the container's log, waiting for the container if it must. */
  private void feed(LogFeed feed, LoggedTask task, OpenLogs question) {
    while (task.containerId().isEmpty()) {
      if (feed.closed() || task.ended() || !task.assigned()) {
        feed.close(lastLines.of(task.id(), question));
        return;
      }
      fibers.await(task.changed(), SWEEP);
    }
    LogQuery query =
        new LogQuery(
            question.stdout(),
            question.stderr(),
            question.follow(),
            true,
            true,
            time(question.since()),
            time(question.until()),
            question.tail() == null ? "all" : Integer.toString(question.tail()));
    try {
      feed.readFrom(engine.logs(task.containerId(), query, task.tty()).await());
    } catch (EngineException e) {
      if (e.notFound()) {
        feed.close(lastLines.of(task.id(), question)); // removed meanwhile
      } else {
        feed.fail(String.valueOf(e.getMessage()));
      }
    } catch (EngineUnavailableException e) {
      if (question.follow()) {
        feed.lose();
      } else {
        feed.fail(String.valueOf(e.getMessage()));
      }
    }
  }

  private static String time(@Nullable Instant instant) {
    return instant == null
        ? ""
        : String.format("%d.%09d", instant.getEpochSecond(), instant.getNano());
  }

  private LogLines next(NextLogs question) throws Exception {
    LogFeed feed = feeds.get(question.streamId());
    if (feed == null) {
      throw new BusFailure(
          BusFailure.NOT_FOUND,
          "log stream " + question.streamId() + " is not open on node " + nodeId);
    }
    return feed.next(question.sequence(), clock.instant());
  }

  private void close(String streamId) {
    LogFeed feed = feeds.remove(streamId);
    if (feed != null) {
      feed.close();
    }
  }

  /** Closes what nobody asks of any more. */
  private void sweep() {
    while (!closed) {
      fibers.pause(SWEEP);
      Instant limit = clock.instant().minusMillis(LogMessages.ABANDONED_MILLIS);
      for (Map.Entry<String, LogFeed> entry : Map.copyOf(feeds).entrySet()) {
        if (entry.getValue().askedAt().isBefore(limit)) {
          close(entry.getKey());
        }
      }
    }
  }
}
