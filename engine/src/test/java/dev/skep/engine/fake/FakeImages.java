package dev.skep.engine.fake;

import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The images of a {@link FakeEngine}, and those that it can pull. */
final class FakeImages {
  private final Object lock;
  private final Set<String> images = new LinkedHashSet<>();
  private final Set<String> pullable = new LinkedHashSet<>();
  private @Nullable String lastRegistryAuth;
  private Promise<Void> pullsGoOn = Promise.promise();

  /**
   * @param lock the engine's monitor, held by all callers
   */
  FakeImages(Object lock) {
    this.lock = lock;
    pullsGoOn.complete();
  }

  void add(String reference) {
    images.add(reference);
  }

  boolean has(String reference) {
    return images.contains(reference);
  }

  void makePullable(String reference) {
    pullable.add(reference);
  }

  void holdPulls() {
    pullsGoOn = Promise.promise();
  }

  void releasePulls() {
    pullsGoOn.complete();
  }

  @Nullable String lastRegistryAuth() {
    return lastRegistryAuth;
  }

  void inspect(FakeCall call) {
    String path = call.path();
    if (path.length() < "/images/x/json".length()) {
      call.fail(404, "page not found");
      return;
    }
    String name = path.substring("/images/".length(), path.length() - "/json".length());
    if (images.contains(name)) {
      call.json(200, new JsonObject().put("Id", "sha256:" + "0".repeat(64)));
    } else {
      call.fail(404, "No such image: " + name);
    }
  }

  void pull(FakeCall call) {
    HttpServerResponse response = call.response();
    lastRegistryAuth = call.request().getHeader("X-Registry-Auth");
    String tag = call.query("tag", "");
    String image = call.query("fromImage", "");
    String reference = image + (tag.startsWith("sha256:") ? "@" : ":") + tag;
    if (!pullable.contains(reference)) {
      call.fail(
          404,
          "pull access denied for "
              + image
              + ", repository does not exist or may require 'docker login'");
      return;
    }
    response.setChunked(true);
    response.write(new JsonObject().put("status", "Pulling from " + image).encode() + "\r\n");
    layerLine(response, "Pulling fs layer", new JsonObject());
    layerLine(
        response,
        "Downloading",
        new JsonObject().put("current", 1_000_000).put("total", 3_000_000));
    pullsGoOn
        .future()
        .onSuccess(on -> {
          layerLine(response, "Pull complete", new JsonObject());
          synchronized (lock) {
            add(reference);
          }
          response.end(
              new JsonObject()
                      .put("status", "Status: Downloaded newer image for " + reference)
                      .encode()
                  + "\r\n");
        });
  }

  private static void layerLine(HttpServerResponse response, String status, JsonObject detail) {
    response.write(
        new JsonObject()
                .put("status", status)
                .put("progressDetail", detail)
                .put("id", "a3ed95caeb02")
                .encode()
            + "\r\n");
  }
}
