package dev.skep.gateway.container;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.engine.http.ApiUri;
import dev.skep.engine.http.EngineRequest;
import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Filters;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.body.JsonBody;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.engine.EngineProxy;
import dev.skep.gateway.engine.JsonTransform;
import dev.skep.gateway.network.NetworkFinder;
import dev.skep.gateway.network.NotAttachable;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** GET /containers/json and POST /containers/create, where the engine cannot know the swarm. */
public final class ContainerEndpoints {
  private static final String TASK_LABEL = "com.docker.swarm.task.id";
  private static final String IS_TASK = "is-task";
  private static final Set<String> TRUE = Set.of("true", "1", "True", "TRUE", "t", "T");
  private static final Set<String> FALSE = Set.of("false", "0", "False", "FALSE", "f", "F");

  private final EngineProxy engine;
  private final NetworkFinder networks;

  public ContainerEndpoints(EngineProxy engine, NetworkFinder networks) {
    this.engine = engine;
    this.networks = networks;
  }

  /**
   * The engine knows a task's container by a mark that only its own swarm can set; Skep's have the
   * label.
   */
  public Reply list(Call call) {
    Filters filters = Filters.parse(call.query("filters"));
    EngineRequest ask = EngineRequest.of(call.request());
    Set<String> wanted = filters.get(IS_TASK);
    boolean tasks = wanted.stream().anyMatch(TRUE::contains);
    boolean others = wanted.stream().anyMatch(FALSE::contains);
    wanted.stream()
        .filter(value -> !TRUE.contains(value) && !FALSE.contains(value))
        .findFirst()
        .ifPresent(value -> {
          throw ApiError.badRequest("Invalid filter 'is-task=" + value + "'");
        });
    if (wanted.isEmpty()) {
      engine.forward(call.request(), ask);
    } else if (tasks && !others) {
      Filters labelled = filters.without(IS_TASK).with("label", TASK_LABEL);
      engine.forward(call.request(), ask.withUri(uri(call, labelled)));
    } else if (tasks) {
      engine.forward(call.request(), ask.withUri(uri(call, filters.without(IS_TASK))));
    } else {
      engine.forward(
          call.request(),
          ask.withUri(uri(call, filters.without(IS_TASK))),
          JsonTransform.ofArray(ContainerEndpoints::withoutTasks));
    }
    return Reply.elsewhere();
  }

  private static JsonArray withoutTasks(JsonArray containers) {
    JsonArray rest = new JsonArray();
    for (Object container : containers) {
      JsonObject labels =
          container instanceof JsonObject object
                  && object.getValue("Labels") instanceof JsonObject held
              ? held
              : null;
      if (labels == null || !labels.containsKey(TASK_LABEL)) {
        rest.add(container);
      }
    }
    return rest;
  }

  private static String uri(Call call, Filters filters) {
    QueryStringEncoder query = new QueryStringEncoder("");
    Map<String, String> parameters = new TreeMap<>();
    call.request().params(true).forEach(parameters::put);
    parameters.put("filters", filters.json());
    parameters.forEach(query::addParam);
    ApiUri uri = call.uri();
    return uri.withQuery(query.toString().substring(1)).toString();
  }

  /** Refuses a container that would join a network of the swarm; any other is the engine's. */
  public Reply create(Call call) {
    JsonNode body = JsonBody.read(call.body(), JsonNode.class);
    for (String network : networksOf(body)) {
      networks
          .ofSwarm(network)
          .ifPresent(found -> {
            throw NotAttachable.refusal(found);
          });
    }
    engine.forward(call.request(), EngineRequest.of(call.request()).withBody(call.body()));
    return Reply.elsewhere();
  }

  private static Set<String> networksOf(JsonNode body) {
    Set<String> named = new LinkedHashSet<>();
    named.add(body.path("HostConfig").path("NetworkMode").asText(""));
    body.path("NetworkingConfig").path("EndpointsConfig").fieldNames().forEachRemaining(named::add);
    return named;
  }
}
