package dev.skep.gateway.event;

import dev.skep.engine.http.EngineRequest;
import dev.skep.engine.http.EngineStream;
import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Head;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoTime;
import dev.skep.gateway.engine.EngineProxy;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** GET /events: one stream of the engine's events and the swarm's. */
public final class EventEndpoints {
  /** One sentence, with a name in it. */
  private static final int REFUSAL_BYTES = 64 * 1024;

  private static final int REFUSAL_SECONDS = 5;

  private final Vertx vertx;
  private final EventRing ring;
  private final EngineProxy engine;
  private final Head head;
  private final InstantSource clock;

  public EventEndpoints(
      Vertx vertx, EventRing ring, EngineProxy engine, Head head, InstantSource clock) {
    this.vertx = vertx;
    this.ring = ring;
    this.engine = engine;
    this.head = head;
    this.clock = clock;
  }

  public Reply stream(Call call) {
    EventFilter filter = new EventFilter(call.filters(EventFilter.KEYS));
    Instant now = clock.instant();
    Instant since = instant(call, "since", now);
    Instant until = instant(call, "until", now);
    if (since != null && until != null && until.isBefore(since)) {
      throw ApiError.badRequest(
          "`since` time (%s) cannot be after `until` time (%s)"
              .formatted(call.query("since"), call.query("until")));
    }
    if (!filter.wantsSwarm()) {
      engine.forward(call.request(), EngineRequest.of(call.request()));
      return Reply.elsewhere();
    }
    EngineStream source = filter.wantsLocal() ? open(call) : null;
    HttpServerResponse response =
        head.of(call.request()).putHeader("Content-Type", "application/json").setChunked(true);
    new EventResponse(vertx, ring, filter, response, source).start(since, until, now);
    return Reply.elsewhere();
  }

  private static @Nullable Instant instant(Call call, String name, Instant now) {
    String given = call.query(name);
    return given.isEmpty() ? null : GoTime.parse(name, given, now);
  }

  private EngineStream open(Call call) {
    EngineStream source =
        engine.stream(EngineRequest.of(HttpMethod.GET, call.request().uri())).await();
    if (source.status() != 200) {
      throw new ApiError(source.status(), refusal(source));
    }
    return source;
  }

  /** What the engine says to its refusal: short, and soon, or not at all. */
  private static String refusal(EngineStream source) {
    Buffer body = Buffer.buffer();
    try {
      source
          .read(part -> {
            if (body.length() + part.length() <= REFUSAL_BYTES) {
              body.appendBuffer(part);
            } else {
              source.close();
            }
          })
          .await(REFUSAL_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      source.close();
    }
    return message(body.toString());
  }

  private static String message(String body) {
    try {
      return new JsonObject(body).getString("message", body);
    } catch (DecodeException e) {
      return body.strip();
    }
  }
}
