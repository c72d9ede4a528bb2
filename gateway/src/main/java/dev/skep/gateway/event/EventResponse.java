package dev.skep.gateway.event;

import dev.skep.engine.http.EngineStream;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's stream of events. Everything runs on the context of its request.
 *
 * <p>The engine first sends what it kept, in order, and does not say where that ends. So the
 * swarm's kept events wait: each goes out before the first later one of the engine; what is left
 * goes out once the engine has been silent for a moment, or has ended.
 *
 * <p>While the client does not take what was written, the engine is not read and the swarm's events
 * wait. A burst fills the queue to any client, so that alone is nothing to cut it off for; only one
 * for whom too many wait is.
 */
final class EventResponse {
  private static final Logger LOG = LoggerFactory.getLogger(EventResponse.class);

  /** How long the engine's kept events may pause; they come in one burst. */
  private static final long MERGE_MILLIS = 100;

  /** What may lie unread in this process before events wait. */
  private static final int MAX_UNREAD_BYTES = 1024 * 1024;

  /**
   * Events of the swarm that may wait for a client; one for whom more would have to is cut off. The
   * engine itself drops what a client does not take behind 1024. They are shared by all clients, so
   * each costs a reference.
   */
  static final int MAX_WAITING = 8192;

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
  private boolean resting;
  private boolean over;
  private long mergeTimer = NEVER;
  private long untilTimer = NEVER;

  EventResponse(
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
    response.drainHandler(drained -> drained());
    response.setWriteQueueMaxSize(MAX_UNREAD_BYTES);
    // A client that has seen the head misses nothing from then on.
    waiting.addAll(ring.follow(since, listener).stream().filter(this::wanted).toList());
    response.writeHead();
    if (response.closed()) {
      stop();
      return;
    }
    if (engine == null) {
      flush();
      endAt(until, now);
    } else {
      merging = since != null;
      awaitSilence();
      read(engine);
    }
  }

  private void read(EngineStream source) {
    source.readLines(this::fromEngine).onComplete(ended -> end());
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
    }
    response.write(line.copy().appendString("\n"));
    if (response.writeQueueFull()) {
      rest();
    } else {
      awaitSilence();
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
    if (waiting.size() == MAX_WAITING) {
      cutOff();
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

  /** The engine's silence means something only while it is read. */
  private void awaitSilence() {
    vertx.cancelTimer(mergeTimer);
    if (merging && !resting) {
      mergeTimer = vertx.setTimer(MERGE_MILLIS, timer -> merged());
    }
  }

  private void merged() {
    merging = false;
    flush();
  }

  private void release(long upToNano) {
    while (!waiting.isEmpty() && waiting.getFirst().timeNano() <= upToNano) {
      response.write(waiting.removeFirst().line());
    }
  }

  /** Sends what waits, as far as the client takes it. */
  private void flush() {
    while (!over && !resting && !waiting.isEmpty()) {
      response.write(waiting.removeFirst().line());
      if (response.writeQueueFull()) {
        rest();
      }
    }
  }

  private void rest() {
    resting = true;
    vertx.cancelTimer(mergeTimer);
    if (engine != null) {
      engine.pause();
    }
  }

  private void drained() {
    if (over || !resting) {
      return;
    }
    resting = false;
    if (!merging) {
      flush();
    }
    if (!resting && engine != null) {
      engine.resume();
      awaitSilence();
    }
  }

  private void cutOff() {
    LOG.atWarn()
        .addKeyValue("waiting", waiting.size())
        .log("a client of /events takes too little of its stream; its connection is closed");
    stop();
    response.reset();
  }

  /** Nothing more will come: what waits goes out however full the queue is, and that is the end. */
  private void end() {
    if (!over) {
      release(Long.MAX_VALUE);
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
