package dev.skep.gateway.log;

import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.LogMessages.CloseLogs;
import dev.skep.store.bus.LogMessages.LogLines;
import dev.skep.store.bus.LogMessages.LogsOpened;
import dev.skep.store.bus.LogMessages.NextLogs;
import dev.skep.store.bus.LogMessages.OpenLogs;
import dev.skep.store.model.Task;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One task's log on its node. Called on a virtual thread; {@link #next} waits. A node that dies
 * ends it with an error; a container that is gone just ends it.
 */
final class LogSource {
  /** For a node to find the container and ask its engine. */
  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(5);

  /** A node answers within {@code POLL_MILLIS}, lines or not; the rest is for the way. */
  private static final Duration NEXT_TIMEOUT = Duration.ofSeconds(5);

  /** An answer that was lost is asked for again so often. */
  private static final int TRIES = 3;

  private final Bus bus;
  private final Task task;
  private final LogOptions options;
  private @Nullable String streamId;
  private long sequence;
  private boolean ended;

  LogSource(Bus bus, Task task, LogOptions options) {
    this.bus = bus;
    this.task = task;
    this.options = options;
  }

  /**
   * The next lines, maybe none yet; empty when no more will come. Throws {@link BusFailure} when
   * the node cannot be asked.
   */
  Optional<LogLines> next() {
    if (ended) {
      return Optional.empty();
    }
    try {
      if (streamId == null) {
        streamId = open();
      }
      LogLines lines = ask(streamId);
      sequence++;
      ended = lines.end();
      return Optional.of(lines);
    } catch (BusFailure e) {
      if (e.code() == BusFailure.NOT_FOUND) {
        ended = true;
        return Optional.empty();
      }
      throw e;
    }
  }

  private String open() {
    OpenLogs request =
        new OpenLogs(
            task.id(),
            options.stdout(),
            options.stderr(),
            options.follow(),
            options.tail(),
            options.since(),
            options.until());
    return bus.request(Addresses.logs(task.nodeId()), request, LogsOpened.class, OPEN_TIMEOUT)
        .await()
        .streamId();
  }

  private LogLines ask(String stream) {
    BusFailure lost = null;
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
        lost = e;
      }
    }
    throw lost == null ? new BusFailure(BusFailure.TIMEOUT, "no answer") : lost;
  }

  /** Tells the node that no more is wanted. */
  void close() {
    if (streamId != null && !ended) {
      bus.send(Addresses.logsClose(task.nodeId()), new CloseLogs(streamId));
    }
  }
}
