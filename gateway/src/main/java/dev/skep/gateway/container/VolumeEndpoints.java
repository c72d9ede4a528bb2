package dev.skep.gateway.container;

import dev.skep.engine.http.ApiVersion;
import dev.skep.engine.http.EngineRequest;
import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Filters;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.engine.EngineProxy;
import io.netty.handler.codec.http.QueryStringEncoder;
import java.util.Set;

/**
 * POST /volumes/prune. From API 1.42 on it removes anonymous volumes only, unless told otherwise;
 * before, it removes all. A client that was offered more than the engine serves would lose named
 * volumes that it was promised to keep.
 */
public final class VolumeEndpoints {
  private static final ApiVersion ANONYMOUS_ONLY = new ApiVersion(1, 42);
  private static final Set<String> TRUE = Set.of("true", "1");

  private final EngineProxy engine;

  public VolumeEndpoints(EngineProxy engine) {
    this.engine = engine;
  }

  public Reply prune(Call call) {
    EngineRequest ask = EngineRequest.of(call.request()).withBody(call.body());
    Filters filters = Filters.parse(call.query("filters"));
    if (!promisesMore(call)) {
      engine.forward(call.request(), ask);
    } else if (filters.get("all").stream().anyMatch(TRUE::contains)) {
      QueryStringEncoder query = new QueryStringEncoder("");
      query.addParam("filters", filters.without("all").json());
      String uri = call.uri().withQuery(query.toString().substring(1)).toString();
      engine.forward(call.request(), ask.withUri(uri));
    } else {
      throw ApiError.notImplemented(
          "the engine of this host cannot tell anonymous volumes from named ones and would remove"
              + " both; use \"docker volume prune --all\" to remove all unused volumes");
    }
    return Reply.elsewhere();
  }

  private boolean promisesMore(Call call) {
    boolean client = call.uri().version().filter(v -> v.compareTo(ANONYMOUS_ONLY) >= 0).isPresent();
    boolean served =
        engine.servedVersions().filter(r -> r.max().compareTo(ANONYMOUS_ONLY) >= 0).isPresent();
    return client && !served;
  }
}
