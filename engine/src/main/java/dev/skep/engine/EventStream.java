package dev.skep.engine;

import dev.skep.engine.http.JsonLines;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's events for as long as it is open: when the engine goes away it tries again, ever
 * more slowly up to a bound, and goes on where it was.
 *
 * <p>The engine replays at most 256 past events, so after {@link Listener#connected} the listener
 * must look at the containers themselves. All of the listener's methods are called on one context.
 */
public final class EventStream {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  private static final long FIRST_RETRY_MILLIS = 50;
  private static final long LONGEST_RETRY_MILLIS = Duration.ofSeconds(3).toMillis();

  /** Who wants the events. */
  public interface Listener {
    /** The stream is open: whatever happens from now on will be told. */
    void connected();

    void event(EngineEvent event);

    /**
     * The engine cannot be reached, or ended the stream; {@link #connected} follows when it is
     * back.
     */
    void lost(@Nullable Throwable cause);
  }

  private final Vertx vertx;
  private final Engine engine;
  private final Map<String, List<String>> filters;
  private final Listener listener;
  private final io.vertx.core.Context context;
  private long lastNano;
  private long retryMillis = FIRST_RETRY_MILLIS;
  private long timer = -1;
  private long settling = -1;
  private boolean closed;
  private @Nullable JsonLines open;

  private EventStream(
      Vertx vertx, Engine engine, Map<String, List<String>> filters, Listener listener) {
    this.vertx = vertx;
    this.engine = engine;
    this.filters = filters;
    this.listener = listener;
    this.context = vertx.getOrCreateContext();
  }

  /** Opens a stream; the listener is called on the current context of {@code vertx}. */
  public static EventStream open(
      Vertx vertx, Engine engine, Map<String, List<String>> filters, Listener listener) {
    EventStream stream = new EventStream(vertx, engine, filters, listener);
    stream.context.runOnContext(now -> stream.connect());
    return stream;
  }

  private void connect() {
    timer = -1;
    if (closed) {
      return;
    }
    engine
        .events(filters, lastNano)
        .onComplete(
            result -> context.runOnContext(now -> connected(result.result(), result.cause())));
  }

  private void connected(@Nullable JsonLines lines, @Nullable Throwable cause) {
    if (closed) {
      if (lines != null) {
        lines.close();
      }
      return;
    }
    if (lines == null) {
      lost(cause);
      return;
    }
    open = lines;
    // One that ends at once, or says what nobody can read, is not asked twenty times a second.
    settling =
        vertx.setTimer(
            LONGEST_RETRY_MILLIS,
            t -> context.runOnContext(now -> retryMillis = FIRST_RETRY_MILLIS));
    listener.connected();
    lines
        .read(json -> {
          EngineEvent event = EngineEvent.from(json);
          context.runOnContext(now -> deliver(event));
        })
        .onComplete(end -> context.runOnContext(now -> lost(end.cause())));
  }

  private void deliver(EngineEvent event) {
    if (!closed) {
      lastNano = Math.max(lastNano, event.timeNano());
      listener.event(event);
    }
  }

  private void lost(@Nullable Throwable cause) {
    open = null;
    vertx.cancelTimer(settling);
    if (closed) {
      return;
    }
    LOG.atWarn()
        .addKeyValue("retryMillis", retryMillis)
        .addKeyValue("cause", String.valueOf(cause))
        .log("the engine's event stream is lost");
    engine.renegotiate();
    listener.lost(cause);
    timer = vertx.setTimer(retryMillis, t -> context.runOnContext(now -> connect()));
    retryMillis = Math.min(retryMillis * 2, LONGEST_RETRY_MILLIS);
  }

  /** Ends the stream; the listener hears nothing more. */
  public void close() {
    context.runOnContext(now -> {
      closed = true;
      vertx.cancelTimer(timer);
      vertx.cancelTimer(settling);
      if (open != null) {
        open.close();
      }
    });
  }
}
