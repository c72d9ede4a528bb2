package dev.skep.node.log;

import dev.skep.engine.log.LogFrame;
import dev.skep.engine.log.LogStream;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.concurrent.Signal;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.LogMessages;
import dev.skep.store.bus.message.LogMessages.LogLine;
import dev.skep.store.bus.message.LogMessages.LogLines;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One reader's stream of a container's log. It holds the engine back when the reader does not keep
 * up. Used on the agent's context only, except where frames arrive from the engine. There they are
 * gathered first: the engine writes each line by itself, and a turn of the agent's context for each
 * would cost more than the line.
 */
final class LogFeed {
  /** About how far it reads ahead of its reader. */
  private static final int MAX_AHEAD_BYTES = 4 * LogMessages.CHUNK_BYTES;

  /** About how much is gathered before the agent takes it. */
  private static final int MAX_GATHERED_BYTES = LogMessages.CHUNK_BYTES;

  /** The stream in which the engine tells its own troubles. */
  private static final int SYSTEM_ERROR = 3;

  private final Fibers fibers;
  private final Deque<LogLine> lines = new ArrayDeque<>();
  private final Signal more = new Signal();
  private @Nullable LogStream source;
  private @Nullable Future<LogLines> answer;
  private long answered = -1;
  private Instant askedAt;
  private int bytes;
  private boolean ended;
  private boolean lost;
  private boolean closed;

  LogFeed(Fibers fibers, Instant now) {
    this.fibers = fibers;
    this.askedAt = now;
  }

  Instant askedAt() {
    return askedAt;
  }

  boolean closed() {
    return closed;
  }

  /** Takes its lines from this stream. */
  void readFrom(LogStream stream) {
    if (closed) {
      stream.cancel();
      return;
    }
    source = stream;
    LogIntake intake = new LogIntake(MAX_GATHERED_BYTES);
    stream.read(
        frames -> {
          if (intake.add(frames, stream::pause)) {
            fibers.run(() -> add(stream, intake));
          }
        },
        cause ->
            fibers.run(() -> {
              add(stream, intake);
              if (cause == null) {
                end();
              } else {
                lose();
              }
            }));
  }

  private void add(LogStream stream, LogIntake intake) {
    for (LogFrame frame : intake.take()) {
      bytes += frame.payload().length();
      lines.addLast(LogLineParser.parse(frame));
    }
    if (bytes < MAX_AHEAD_BYTES) {
      stream.resume();
    } else {
      stream.pause();
    }
    more.fire();
  }

  /** Takes these as its last lines. */
  void close(List<LogLine> last) {
    lines.addAll(last);
    end();
  }

  /** The engine went away in the middle: the reader may ask for the rest in a new stream. */
  void lose() {
    lost = true;
    more.fire();
  }

  /** No more lines will come. */
  void end() {
    ended = true;
    more.fire();
  }

  /** The engine refused; the reader gets its words as a line of the system's. */
  void fail(String message) {
    lines.addLast(
        new LogLine(
            SYSTEM_ERROR,
            "",
            Map.of(),
            ("Error grabbing logs: " + message + "\n").getBytes(StandardCharsets.UTF_8)));
    end();
  }

  /**
   * The answer number {@code sequence}: the last one again, or the next, which waits a little for
   * lines.
   */
  LogLines next(long sequence, Instant now) throws Exception {
    askedAt = now;
    Future<LogLines> known = answer;
    if (known != null && sequence == answered) {
      return known.await();
    }
    if (sequence != answered + 1) {
      throw new BusFailure(
          BusFailure.BAD_REQUEST,
          "answer " + sequence + " was asked for, and the last one was " + answered);
    }
    answered = sequence;
    Future<LogLines> fresh = fibers.start(() -> collect(sequence));
    answer = fresh;
    return fresh.await();
  }

  private LogLines collect(long sequence) {
    if (lines.isEmpty() && !ended && !lost) {
      fibers.await(more, Duration.ofMillis(LogMessages.POLL_MILLIS));
    }
    if (lines.isEmpty() && (lost || closed)) {
      throw new BusFailure(
          BusFailure.NOT_FOUND,
          lost ? "the engine broke the stream off" : "the stream was closed on its node");
    }
    List<LogLine> taken = new ArrayList<>();
    int size = 0;
    while (!lines.isEmpty() && size < LogMessages.CHUNK_BYTES) {
      LogLine line = lines.removeFirst();
      size += line.data().length;
      taken.add(line);
    }
    bytes = lines.isEmpty() ? 0 : Math.max(0, bytes - size);
    LogStream stream = source;
    if (stream != null && bytes < MAX_AHEAD_BYTES && !ended) {
      stream.resume();
    }
    return new LogLines(sequence, taken, ended && lines.isEmpty());
  }

  void close() {
    closed = true;
    ended = true;
    if (source != null) {
      source.cancel();
    }
    more.fire();
  }
}
