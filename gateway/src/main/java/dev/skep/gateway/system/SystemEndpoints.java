package dev.skep.gateway.system;

import dev.skep.gateway.api.ApiVersions;
import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.engine.EngineFacts;
import dev.skep.gateway.engine.EngineProxy;
import dev.skep.gateway.system.LastAnswer.EngineSaid;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.membership.Membership.Outside;
import dev.skep.store.membership.Membership.Place;
import dev.skep.store.membership.Membership.Worker;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ping, version and info: the engine's answers, with what Skep knows better put in. All three
 * answer without the engine too, and say so: the swarm can be looked at meanwhile.
 */
public final class SystemEndpoints {
  private final SwarmGate gate;
  private final LastAnswer lastVersion;
  private final LastAnswer lastInfo;
  private final EngineFacts facts;
  private final ApiVersions versions;
  private final SwarmInfo swarmInfo;
  private final @Nullable String nodeName;
  private final String skepVersion;

  /**
   * @param nodeName the name under which this host is a node; absent for the engine's own
   */
  public SystemEndpoints(
      SwarmGate gate,
      EngineProxy engine,
      EngineFacts facts,
      ApiVersions versions,
      @Nullable String nodeName,
      String skepVersion) {
    this.gate = gate;
    this.lastVersion = new LastAnswer(engine);
    this.lastInfo = new LastAnswer(engine);
    this.facts = facts;
    this.versions = versions;
    this.swarmInfo = new SwarmInfo(gate);
    this.nodeName = nodeName;
    this.skepVersion = skepVersion;
  }

  /** HEAD or GET /_ping. Answers without the engine too: the swarm can be looked at meanwhile. */
  public Reply ping(Call call) {
    facts.refresh();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Cache-Control", "no-cache, no-store, must-revalidate");
    headers.put("Pragma", "no-cache");
    headers.put("Swarm", swarmHeader(gate.place()));
    facts.builderVersion().ifPresent(version -> headers.put("Builder-Version", version));
    boolean head = call.request().method().equals(HttpMethod.HEAD);
    if (head) {
      headers.put("Content-Length", "0");
    }
    return new Reply.Text(200, "text/plain; charset=utf-8", head ? "" : "OK", headers);
  }

  private static String swarmHeader(Place place) {
    return switch (place) {
      case Outside outside -> outside.state();
      case Worker worker -> worker.state() + "/worker";
      case Manager manager -> manager.state() + "/manager";
    };
  }

  /** GET /version. */
  public Reply version(Call call) {
    EngineSaid said = lastVersion.ask(call);
    JsonObject body = said.body();
    String offered = versions.offered(call.header("User-Agent")).toString();
    body.put("ApiVersion", offered);
    JsonArray components = list(body, "Components");
    JsonObject details = new JsonObject().put("ApiVersion", offered);
    said.warning().ifPresent(warning -> details.put("Warning", warning));
    components.add(
        new JsonObject().put("Name", "Skep").put("Version", skepVersion).put("Details", details));
    body.put("Components", components);
    return text(body);
  }

  /** GET /info. */
  public Reply info(Call call) {
    EngineSaid said = lastInfo.ask(call);
    JsonObject body = said.body();
    said.warning().ifPresent(warning -> body.put("Warnings", list(body, "Warnings").add(warning)));
    if (nodeName != null) {
      body.put("Name", nodeName);
    }
    body.put("Swarm", swarmInfo.now());
    for (String warning : swarmInfo.warnings()) {
      body.put("Warnings", list(body, "Warnings").add(warning));
    }
    return text(body);
  }

  /** A list of the engine's answer, to be added to; whatever else it put there is left out. */
  private static JsonArray list(JsonObject body, String key) {
    return body.getValue(key) instanceof JsonArray array ? array : new JsonArray();
  }

  private static Reply text(JsonObject body) {
    return new Reply.Text(200, "application/json", body.encode() + "\n", Map.of());
  }
}
