package dev.skep.gateway.proxy;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;

/**
 * An answer of the engine that is read while it comes, perhaps for ever.
 *
 * <p>It rests until it is read, and it remembers an end that comes before that: a Vert.x response
 * tells of a broken connection only once, to whoever listens at that moment, and a route that
 * awaited something may come too late for it.
 */
public final class EngineStream {

  private final HttpClientResponse answer;
  private final Promise<Void> ended = Promise.promise();

  public EngineStream(HttpClientResponse answer) {
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
   * Reads the body, part by part as it comes; a part may be any piece of it.
   *
   * @return done at the body's end; failed when the connection broke or {@link #close} was called
   */
  public Future<Void> read(Handler<Buffer> parts) {
    answer.handler(parts);
    answer.resume();
    return ended.future();
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

  /** Reads no more and ends the request at the engine. */
  public void close() {
    ended.tryFail("the stream was closed");
    answer.request().reset();
  }
}
