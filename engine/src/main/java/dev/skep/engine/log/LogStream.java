package dev.skep.engine.log;

import dev.skep.engine.http.EngineStream;
import io.vertx.core.Handler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container's log on its way from the engine. It is read only as fast as the reader takes it: it
 * comes paused, and {@link #pause} holds the engine back.
 */
public final class LogStream {
  private final EngineStream response;
  private final boolean tty;

  public LogStream(EngineStream response, boolean tty) {
    this.response = response;
    this.tty = tty;
  }

  /**
   * Starts reading. {@code end} is called once, with the cause when the stream broke. The log of a
   * container with a terminal must have been asked for with timestamps and details; its lines come
   * as stdout's.
   */
  public void read(Handler<List<LogFrame>> frames, Handler<@Nullable Throwable> end) {
    if (!tty) {
      LogFrameParser parser = new LogFrameParser();
      response
          .read(chunk -> frames.handle(parser.feed(chunk)))
          .onComplete(done -> end.handle(done.cause()));
      return;
    }
    TtyLines lines = new TtyLines();
    response
        .read(chunk -> frames.handle(lines.feed(chunk)))
        .onComplete(done -> {
          List<LogFrame> rest = lines.rest();
          if (!rest.isEmpty()) {
            frames.handle(rest);
          }
          end.handle(done.cause());
        });
  }

  public void pause() {
    response.pause();
  }

  public void resume() {
    response.resume();
  }

  /** Ends the request; the engine stops sending. */
  public void cancel() {
    response.close();
  }
}
