package dev.skep.node.engine;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpClientResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container's log on its way from the engine. It is read only as fast as the reader takes it: it
 * comes paused, and {@link #pause} holds the engine back.
 */
public final class LogStream {
  private final HttpClientResponse response;
  private final boolean tty;

  LogStream(HttpClientResponse response, boolean tty) {
    this.response = response;
    this.tty = tty;
  }

  /**
   * Starts reading. {@code end} is called once, with the cause when the stream broke. A container
   * with a terminal has no frames: its bytes come as they are, as stdout.
   */
  public void read(Handler<List<LogFrame>> frames, Handler<@Nullable Throwable> end) {
    LogFrameParser parser = new LogFrameParser();
    boolean[] ended = {false};
    Handler<@Nullable Throwable> once =
        cause -> {
          if (!ended[0]) {
            ended[0] = true;
            end.handle(cause);
          }
        };
    response.exceptionHandler(cause -> once.handle(cause));
    response.endHandler(done -> once.handle(null));
    response.handler(chunk -> {
      try {
        frames.handle(tty ? List.of(new LogFrame(1, chunk)) : parser.feed(chunk));
      } catch (RuntimeException e) {
        cancel();
        once.handle(e);
      }
    });
    response.resume();
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
