package dev.skep.gateway.system;

import dev.skep.engine.http.EngineReply;
import dev.skep.engine.http.EngineRequest;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.engine.EngineProxy;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the engine says of itself: now, or, while it does not answer, what it said last. */
final class LastAnswer {
  private final EngineProxy engine;
  private volatile @Nullable JsonObject last;

  /**
   * @param body may be changed
   * @param warning why this is not what the engine says now
   */
  record EngineSaid(JsonObject body, Optional<String> warning) {}

  LastAnswer(EngineProxy engine) {
    this.engine = engine;
  }

  EngineSaid ask(Call call) {
    EngineReply reply;
    JsonObject body;
    try {
      reply = engine.facts(EngineRequest.of(HttpMethod.GET, call.request().uri())).await();
      body = reply.succeeded() ? reply.object() : new JsonObject();
    } catch (EngineUnavailableException e) {
      return earlier(e.getMessage());
    }
    if (!reply.succeeded()) {
      throw new ApiError(reply.status(), reply.refusal());
    }
    last = body.copy();
    return new EngineSaid(body, Optional.empty());
  }

  private EngineSaid earlier(String why) {
    JsonObject known = last;
    return known == null
        ? new EngineSaid(new JsonObject(), Optional.of(why))
        : new EngineSaid(
            known.copy(),
            Optional.of(why + " (what is said here of the engine is what it said last)"));
  }
}
