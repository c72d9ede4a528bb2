package dev.skep.gateway.api.body;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoFormat;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads a request's body, once there is room for it. The request is paused when it comes here, so
 * that nothing of its body is lost, or taken into memory, while it waits.
 */
public final class BodyReader {
  /** More than the largest config (1 MB) in base64; what reads bodies holds them in memory. */
  public static final int MAX_BYTES = 8 * 1024 * 1024;

  /**
   * A body holds its room while it comes, so it has to come: within a part of the time that others
   * wait for that room ({@link MemoryBudget#WAIT_SECONDS}).
   */
  private static final long SECONDS = 20;

  private final HttpServerRequest request;
  private final MemoryBudget budget;
  private final AtomicLong held = new AtomicLong();
  private final AtomicBoolean answered = new AtomicBoolean();

  /** The endpoint, and the response: the last of them gives the room back. */
  private final AtomicInteger holders = new AtomicInteger(2);

  public BodyReader(HttpServerRequest request, MemoryBudget budget) {
    this.request = request;
    this.budget = budget;
  }

  /**
   * The bytes that the body may come to: what the request says, or as many as are allowed when it
   * does not say.
   */
  private long announced() {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null) {
      return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) ? MAX_BYTES : 0;
    }
    try {
      return Long.parseLong(length.strip());
    } catch (NumberFormatException e) {
      throw ApiError.badRequest("invalid Content-Length: " + GoFormat.quote(length));
    }
  }

  /**
   * The body. Its room in the budget is free again once the response has ended, one way or the
   * other, and {@link #worked} was called.
   */
  public Buffer read() {
    long announced = announced();
    if (announced > MAX_BYTES) {
      throw tooLarge();
    }
    if (announced == 0) {
      request.resume();
      return Buffer.buffer();
    }
    budget.take(announced);
    held.set(announced);
    // After the end of the answer or of the connection, whichever comes.
    request.response().endHandler(end -> answered());
    if (request.response().closed()) {
      answered();
      throw new ClientGoneException(new java.io.IOException("it closed the connection"));
    }
    Buffer body = collected(announced);
    // A request without a length was given room for the longest body there can be.
    long before = held.getAndUpdate(now -> Math.min(now, body.length()));
    budget.give(before - Math.min(before, body.length()));
    return body;
  }

  private void answered() {
    if (answered.compareAndSet(false, true)) {
      release();
    }
  }

  /** The endpoint is done with the body, also when its client has left long ago. */
  public void worked() {
    release();
  }

  private void release() {
    if (holders.decrementAndGet() == 0) {
      budget.give(held.getAndSet(0));
    }
  }

  private Buffer collected(long announced) {
    Promise<Buffer> body = Promise.promise();
    Buffer collected = Buffer.buffer();
    request.handler(part -> {
      if (body.future().isComplete()) {
        return; // it is answered; the rest is let go
      }
      if (collected.length() + part.length() > announced) {
        body.tryFail(tooLarge());
      } else {
        collected.appendBuffer(part);
      }
    });
    request.exceptionHandler(cause ->
        body.tryFail(ApiError.badRequest("cannot read the request's body: " + cause.getMessage())));
    request.endHandler(end -> body.tryComplete(collected));
    request.resume();
    try {
      return body.future().await(SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      body.tryFail(e);
      throw new ApiError(
          ApiError.REQUEST_TIMEOUT,
          "the request's body did not come within " + SECONDS + " s; send it again");
    }
  }

  private static ApiError tooLarge() {
    return ApiError.badRequest("http: request body too large");
  }
}
