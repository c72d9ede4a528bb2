package dev.skep.engine.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.parsetools.RecordParser;

/**
 * An answer of the engine that is read while it comes, perhaps for ever.
 *
 * <p>It rests until it is read, and it remembers an end that comes before that: a Vert.x response
 * tells of a broken connection only once, to whoever listens at that moment, and a reader that
 * awaited something may come too late for it.
 *
 * <p>Make it in the very turn of the event loop in which the response came: what arrives while
 * nobody listens is lost. Any thread may read it.
 */
public final class EngineStream {
  private final HttpClientResponse answer;
  private final Promise<Void> ended = Promise.promise();

  EngineStream(HttpClientResponse answer) {
    this.answer = answer;
    answer.pause();
    answer.endHandler(v -> ended.tryComplete());
    answer.exceptionHandler(ended::tryFail);
  }

  /** The HTTP status. */
  public int status() {
    return answer.statusCode();
  }

  /** The headers. */
  public MultiMap headers() {
    return answer.headers();
  }

  /**
   * Reads the body, part by part as it comes; a part may be any piece of it. To be called once.
   *
   * @param parts one that throws ends the request
   * @return done at the body's end; failed when the connection broke, {@link #close} was called, or
   *     {@code parts} threw
   */
  public Future<Void> read(Handler<Buffer> parts) {
    if (ended.future().failed()) {
      return ended.future();
    }
    answer.handler(part -> {
      if (ended.future().isComplete()) {
        return;
      }
      try {
        parts.handle(part);
      } catch (RuntimeException e) {
        ended.tryFail(e);
        close();
      }
    });
    answer.resume();
    return ended.future();
  }

  /**
   * Reads the body line by line, as {@link #read} does; the lines come without their end. Fails at
   * one that is longer than {@link HttpLimits#LINE_BYTES}.
   */
  public Future<Void> readLines(Handler<Buffer> lines) {
    return read(
        RecordParser.newDelimited("\n").maxRecordSize(HttpLimits.LINE_BYTES).handler(lines));
  }

  /**
   * Rests until {@link #resume}: for a reader whose own client is slow. The engine is slowed too.
   */
  public void pause() {
    answer.pause();
  }

  /** Goes on. */
  public void resume() {
    answer.resume();
  }

  /** Reads no more and ends the request; the engine stops sending. */
  public void close() {
    ended.tryFail("the stream was closed");
    answer.request().reset();
  }
}
