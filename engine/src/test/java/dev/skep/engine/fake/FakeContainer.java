package dev.skep.engine.fake;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A container of a {@link FakeEngine}. */
public final class FakeContainer {
  public final String id;
  public final String name;
  public final JsonObject body;
  String phase = "created";
  int pid;
  int exitCode;
  boolean oomKilled;
  String error = "";
  @Nullable String health;
  String probeOutput = "";
  int starts;
  final Map<String, String> addresses = new LinkedHashMap<>();
  final List<Buffer> log = new ArrayList<>();
  final List<HttpServerResponse> followers = new ArrayList<>();

  /** What the last stop asked for; absent when it left that to the container. */
  public volatile @Nullable String graceSeconds;

  @Nullable HttpServerResponse stopping;

  FakeContainer(String id, String name, JsonObject body) {
    this.id = id;
    this.name = name;
    this.body = body;
    JsonObject healthcheck = body.getJsonObject("Healthcheck");
    this.health = healthcheck == null ? null : "starting";
    String mode =
        body.getJsonObject("HostConfig", new JsonObject()).getString("NetworkMode", "default");
    if (!mode.equals("host") && !mode.equals("none")) {
      addresses.put(mode.equals("default") ? "bridge" : mode, "");
    }
  }

  public Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    body.getJsonObject("Labels", new JsonObject())
        .forEach(e -> labels.put(e.getKey(), String.valueOf(e.getValue())));
    return labels;
  }

  /** How often it was started: a container that was adopted keeps its 1. */
  public int starts() {
    return starts;
  }

  public boolean running() {
    return phase.equals("running");
  }

  JsonObject summary() {
    return new JsonObject()
        .put("Id", id)
        .put("Names", new JsonArray().add("/" + name))
        .put("Image", body.getString("Image"))
        .put("State", phase)
        .put("Status", phase)
        .put("Labels", body.getJsonObject("Labels", new JsonObject()))
        .put("NetworkSettings", new JsonObject().put("Networks", networks()));
  }

  JsonObject details() {
    JsonObject state =
        new JsonObject()
            .put("Status", phase)
            .put("Running", running())
            .put("Pid", pid)
            .put("ExitCode", exitCode)
            .put("OOMKilled", oomKilled)
            .put("Error", error);
    if (health != null && starts > 0) {
      state.put(
          "Health",
          new JsonObject()
              .put("Status", health)
              .put("Log", new JsonArray().add(new JsonObject().put("Output", probeOutput))));
    }
    return new JsonObject()
        .put("Id", id)
        .put("Name", "/" + name)
        .put("State", state)
        .put(
            "Config",
            new JsonObject()
                .put("Labels", body.getJsonObject("Labels", new JsonObject()))
                .put("Tty", body.getBoolean("Tty", false))
                .put("Healthcheck", body.getJsonObject("Healthcheck"))
                .put("StopSignal", body.getString("StopSignal", "")))
        .put("HostConfig", body.getJsonObject("HostConfig", new JsonObject()))
        .put(
            "NetworkSettings",
            new JsonObject().put("Networks", networks()).put("Ports", new JsonObject()));
  }

  private JsonObject networks() {
    JsonObject networks = new JsonObject();
    addresses.forEach((network, address) -> {
      String shown = running() ? address : "";
      networks.put(
          network,
          new JsonObject()
              .put("NetworkID", network)
              .put("IPAddress", shown)
              .put("IPPrefixLen", shown.isEmpty() ? 0 : 16));
    });
    return networks;
  }
}
