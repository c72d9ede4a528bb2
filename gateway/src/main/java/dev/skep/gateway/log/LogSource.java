package dev.skep.gateway.log;

import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.LogMessages.CloseLogs;
import dev.skep.store.bus.message.LogMessages.LogLines;
import dev.skep.store.bus.message.LogMessages.LogsOpened;
import dev.skep.store.bus.message.LogMessages.NextLogs;
import dev.skep.store.bus.message.LogMessages.OpenLogs;
import dev.skep.store.model.Task;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One task's log on its node. Called on a virtual thread; {@link #next} waits. A container that is
 * gone ends it. A node that forgot the stream, because its agent was restarted or because nobody
 * asked for long, is asked for what came after the last line.
 */
final class LogSource {
  /** For a node to find the container and ask its engine. */
  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(5);

  /** A node answers within {@code POLL_MILLIS}, lines or not; the rest is for the way. */
  private static final Duration NEXT_TIMEOUT = Duration.ofSeconds(5);

  /** An answer that was lost is asked for again so often. */
  private static final int TRIES = 3;

  private static final LogLines NONE_YET = new LogLines(0, List.of(), false);

  private final Bus bus;
  private final Task task;
  private final LogOptions options;
  private final LogPosition position = new LogPosition();
  private @Nullable String streamId;
  private long sequence;

  /** Streams in a row that their node forgot before it gave a line. */
  private int lost;

  private boolean ended;

  LogSource(Bus bus, Task task, LogOptions options) {
    this.bus = bus;
    this.task = task;
    this.options = options;
  }

  /**
   * The next lines, maybe none yet; empty when no more will come. Throws {@link BusFailure} when
   * the node cannot be asked; asked again later, it goes on where it stood.
   */
  Optional<LogLines> next() {
    if (ended) {
      return Optional.empty();
    }
    String stream = streamId;
    if (stream == null) {
      try {
        stream = open();
      } catch (BusFailure e) {
        if (e.code() != BusFailure.NOT_FOUND) {
          throw e;
        }
        ended = true; // the task has no container any more
        return Optional.empty();
      }
      streamId = stream;
      sequence = 0;
    }
    LogLines lines;
    try {
      lines = ask(stream);
    } catch (BusFailure e) {
      streamId = null;
      if (e.code() != BusFailure.NOT_FOUND || ++lost > TRIES) {
        throw e;
      }
      return Optional.of(NONE_YET); // its node forgot the stream: open another one
    }
    lost = 0;
    sequence++;
    ended = lines.end();
    return Optional.of(new LogLines(lines.sequence(), position.unseen(lines.lines()), lines.end()));
  }

  private String open() {
    OpenLogs request =
        new OpenLogs(
            task.id(),
            options.stdout(),
            options.stderr(),
            options.follow(),
            position.begun() ? null : options.tail(),
            position.begun() ? position.at() : options.since(),
            options.until());
    return bus.request(Addresses.logs(task.nodeId()), request, LogsOpened.class, OPEN_TIMEOUT)
        .await()
        .streamId();
  }

  private LogLines ask(String stream) {
    BusFailure last = null;
    for (int i = 0; i < TRIES; i++) {
      try {
        return bus.request(
                Addresses.logsNext(task.nodeId()),
                new NextLogs(stream, sequence),
                LogLines.class,
                NEXT_TIMEOUT)
            .await();
      } catch (BusFailure e) {
        if (e.code() != BusFailure.TIMEOUT) {
          throw e;
        }
        last = e;
      }
    }
    throw last == null ? new BusFailure(BusFailure.TIMEOUT, "no answer") : last;
  }

  /** Tells the node that no more is wanted. */
  void close() {
    if (streamId != null && !ended) {
      bus.send(Addresses.logsClose(task.nodeId()), new CloseLogs(streamId));
    }
  }
}
