package dev.skep.gateway.event;

import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Head;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.cluster.StoreStreams;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoNumbers;
import dev.skep.store.Store;
import dev.skep.store.model.Kind;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * GET /skep/v1/events: every committed change as a line of JSON, read off the store's log and
 * resumable from an index. docs/events.md describes it for its readers.
 */
public final class FeedEndpoints {
  /** What was asked for is no longer kept. */
  private static final int GONE = 410;

  private static final Set<String> PARAMETERS = Set.of("since", "kind", "follow");

  private final Vertx vertx;
  private final SwarmGate gate;
  private final Head head;

  private final StoreStreams streams;

  public FeedEndpoints(Vertx vertx, SwarmGate gate, Head head, StoreStreams streams) {
    this.vertx = vertx;
    this.gate = gate;
    this.head = head;
    this.streams = streams;
  }

  public Reply stream(Call call) {
    Store store = gate.manager().store();
    call.request().params(true).names().stream()
        .filter(name -> !PARAMETERS.contains(name))
        .findFirst()
        .ifPresent(name -> {
          throw ApiError.badRequest(
              "unknown parameter '" + name + "'; /skep/v1/events takes since, kind and follow");
        });
    Set<Kind> kinds = kinds(call.query("kind"));
    long index = store.state().index();
    long since = since(call.query("since"), index);
    boolean follow = call.query("follow").isEmpty() || call.trueOrFalse("follow");
    HttpServerResponse response =
        head.of(call.request())
            .putHeader("Content-Type", "application/x-ndjson")
            .putHeader("Skep-Index", Long.toString(index))
            .setChunked(true);
    ChangeFeed feed = new ChangeFeed(vertx, store, since, kinds, follow, response, streams);
    try {
      feed.start();
    } catch (StoreException e) {
      if (e.refusal() instanceof Refusal.Compacted compacted) {
        response.setChunked(false).headers().remove("Skep-Index");
        return new Reply.Json(GONE, gone(compacted, index));
      }
      throw e;
    }
    return Reply.elsewhere();
  }

  private static JsonObject gone(Refusal.Compacted compacted, long index) {
    return new JsonObject()
        .put(
            "message",
            "events after index %d are no longer kept; read the state again and go on from index %d, or take what is left with since=%d"
                .formatted(compacted.asked(), index, compacted.oldest()))
        .put("oldest", compacted.oldest())
        .put("index", index);
  }

  private static long since(String given, long otherwise) {
    if (given.isEmpty()) {
      return otherwise;
    }
    try {
      return GoNumbers.parseUint(given);
    } catch (NumberFormatException e) {
      throw ApiError.badRequest(
          "invalid since '" + given + "': it is the index of an event, a whole number");
    }
  }

  private static Set<Kind> kinds(String given) {
    Set<Kind> all = EnumSet.allOf(Kind.class);
    if (given.isEmpty()) {
      return all;
    }
    return Arrays.stream(given.split(",", -1))
        .map(noun ->
            all.stream()
                .filter(kind -> kind.noun().equals(noun))
                .findFirst()
                .orElseThrow(() ->
                    ApiError.badRequest(
                        "unknown kind '%s'; the kinds are %s"
                            .formatted(
                                noun,
                                all.stream().map(Kind::noun).collect(Collectors.joining(", "))))))
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Kind.class)));
  }
}
