package dev.skep.gateway.event;

import dev.skep.gateway.proxy.EngineStream;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream of events. Everything runs on the context of its request.
 *
 * <p>The engine first sends what it kept, in order, and does not say where that ends. So the
 * swarm's kept events wait: each goes out before the first later one of the engine; what is left
 * goes out once the engine has been silent for a moment, or has ended.
 */
final class EventStream {
  /** How long the engine's kept events may pause; they come in one burst. */
  private static final long MERGE_MILLIS = 100;

  /** A client that leaves so much unread is cut off; the engine's own limit is of that order. */
  private static final int MAX_UNREAD_BYTES = 1024 * 1024;

  private static final long NEVER = -1;

  private final Vertx vertx;
  private final Context context;
  private final EventRing ring;
  private final EventFilter filter;
  private final HttpServerResponse response;
  private final @Nullable EngineStream engine;
  private final Consumer<SwarmEvent> listener;
  private final Deque<SwarmEvent> waiting = new ArrayDeque<>();
  private @Nullable Instant until;
  private boolean merging;
  private boolean over;
  private long mergeTimer = NEVER;
  private long untilTimer = NEVER;

  EventStream(
      Vertx vertx,
      EventRing ring,
      EventFilter filter,
      HttpServerResponse response,
      @Nullable EngineStream engine) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.ring = ring;
    this.filter = filter;
    this.response = response;
    this.engine = engine;
    this.listener = event -> context.runOnContext(v -> happened(event));
  }

  void start(@Nullable Instant since, @Nullable Instant until, Instant now) {
    this.until = until;
    response.closeHandler(closed -> stop());
    response.exceptionHandler(failed -> stop());
    response.setWriteQueueMaxSize(MAX_UNREAD_BYTES);
    response.writeHead();
    if (response.closed()) {
      stop();
      return;
    }
    waiting.addAll(ring.follow(since, listener).stream().filter(this::wanted).toList());
    merging = engine != null && since != null;
    if (engine == null) {
      flush();
      endAt(until, now);
    } else {
      if (merging) {
        mergeTimer = vertx.setTimer(MERGE_MILLIS, timer -> merged());
      }
      read(engine);
    }
  }

  private void read(EngineStream source) {
    source
        .read(RecordParser.newDelimited("\n", this::fromEngine))
        .onComplete(ended -> {
          flush();
          end();
        });
  }

  private void endAt(@Nullable Instant when, Instant now) {
    if (when == null) {
      return;
    }
    long millis = Duration.between(now, when).toMillis();
    if (millis <= 0) {
      end();
    } else {
      untilTimer = vertx.setTimer(millis, timer -> end());
    }
  }

  private void fromEngine(Buffer line) {
    if (over) {
      return;
    }
    if (merging) {
      release(time(line));
      vertx.cancelTimer(mergeTimer);
      mergeTimer = vertx.setTimer(MERGE_MILLIS, timer -> merged());
    }
    response.write(line.copy().appendString("\n"));
    EngineStream source = engine;
    if (source != null && response.writeQueueFull()) {
      source.pause();
      response.drainHandler(drained -> source.resume());
    }
  }

  private static long time(Buffer line) {
    try {
      return new JsonObject(line).getLong("timeNano", 0L);
    } catch (DecodeException | ClassCastException e) {
      return 0;
    }
  }

  private void happened(SwarmEvent event) {
    if (over || !wanted(event)) {
      return;
    }
    waiting.addLast(event);
    if (!merging) {
      flush();
    }
  }

  private boolean wanted(SwarmEvent event) {
    return filter.test(event) && (until == null || !event.at().isAfter(until));
  }

  private void merged() {
    merging = false;
    flush();
  }

  private void release(long upToNano) {
    while (!waiting.isEmpty() && waiting.getFirst().timeNano() <= upToNano) {
      write(waiting.removeFirst());
    }
  }

  private void flush() {
    while (!waiting.isEmpty()) {
      write(waiting.removeFirst());
    }
  }

  private void write(SwarmEvent event) {
    if (over) {
      return;
    }
    if (response.writeQueueFull()) {
      stop();
      response.reset();
      return;
    }
    response.write(event.line());
  }

  private void end() {
    if (!over) {
      stop();
      response.end();
    }
  }

  private void stop() {
    if (over) {
      return;
    }
    over = true;
    ring.leave(listener);
    vertx.cancelTimer(mergeTimer);
    vertx.cancelTimer(untilTimer);
    if (engine != null) {
      engine.close();
    }
  }
}
