package dev.skep.engine.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import org.jspecify.annotations.Nullable;

/**
 * A response whose head has come and whose body is held back until somebody reads it. A connection
 * that breaks before that is not forgotten: the reader is told.
 *
 * <p>Make it in the very turn of the event loop in which the response came: what arrives while
 * nobody listens is lost.
 */
public final class OpenResponse {
  private final HttpClientResponse response;
  private @Nullable Throwable broken;
  private @Nullable Handler<@Nullable Throwable> end;
  private boolean ended;

  OpenResponse(HttpClientResponse response) {
    this.response = response;
    response.pause();
    response.exceptionHandler(this::broke);
  }

  /**
   * Reads the body. {@code done} is called once, with the cause when the connection broke or {@code
   * data} threw.
   */
  public void read(Handler<Buffer> data, Handler<@Nullable Throwable> done) {
    Throwable cause;
    synchronized (this) {
      end = done;
      cause = broken;
    }
    if (cause != null) {
      finish(cause);
      return;
    }
    response.endHandler(ending -> finish(null));
    response.handler(chunk -> {
      try {
        data.handle(chunk);
      } catch (RuntimeException e) {
        cancel();
        finish(e);
      }
    });
    response.resume();
  }

  private void broke(Throwable cause) {
    synchronized (this) {
      broken = cause;
    }
    finish(cause);
  }

  private void finish(@Nullable Throwable cause) {
    Handler<@Nullable Throwable> told;
    synchronized (this) {
      if (ended || end == null) {
        return;
      }
      ended = true;
      told = end;
    }
    told.handle(cause);
  }

  public void pause() {
    response.pause();
  }

  public void resume() {
    response.resume();
  }

  /** Ends the request; the engine stops sending. */
  public void cancel() {
    response.request().reset();
  }
}
