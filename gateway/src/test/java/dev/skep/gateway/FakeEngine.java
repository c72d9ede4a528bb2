package dev.skep.gateway;

import dev.skep.gateway.proxy.ApiEndpoint;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An engine 20.10 that says what a test tells it to. */
public final class FakeEngine {
  private final HttpServer server;
  private final ApiEndpoint endpoint;
  private final Map<String, Handler<HttpServerRequest>> answers = new ConcurrentHashMap<>();

  /** Method and target of each request, without the version, but for pings and versions. */
  public final List<String> asked = new CopyOnWriteArrayList<>();

  public FakeEngine(Vertx vertx, Path socket) {
    endpoint = new ApiEndpoint.Unix(socket);
    server = vertx.createHttpServer().requestHandler(this::handle);
    answer("GET /_ping", "OK");
    answer(
        "GET /version",
        """
        {"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Components":[]}\
        """);
    answer("GET /info", "{\"Name\":\"vm\",\"Containers\":3,\"Swarm\":{\"NodeID\":\"\"}}");
    answer("GET /networks", "[]");
    server.listen(endpoint.vertxAddress()).await();
  }

  public ApiEndpoint endpoint() {
    return endpoint;
  }

  /** Answers requests for a path, whatever the query, with JSON. */
  public void answer(String methodAndPath, String json) {
    answers.put(methodAndPath, request -> request.response().end(json));
  }

  public void answer(String methodAndPath, Handler<HttpServerRequest> handler) {
    answers.put(methodAndPath, handler);
  }

  private void handle(HttpServerRequest request) {
    String uri = request.uri().replaceFirst("^/v1\\.\\d+", "");
    String key = request.method() + " " + uri.replaceFirst("\\?.*", "");
    if (!key.equals("GET /_ping") && !key.equals("GET /version")) {
      asked.add(request.method() + " " + uri);
    }
    HttpServerResponse response =
        request
            .response()
            .putHeader("Api-Version", "1.41")
            .putHeader("Docker-Experimental", "false")
            .putHeader("Ostype", "linux")
            .putHeader("Server", "Docker/20.10.24 (linux)")
            .putHeader("Content-Type", "application/json");
    Handler<HttpServerRequest> answer = answers.get(key);
    if (answer == null) {
      response.setStatusCode(404).end("{\"message\":\"page not found\"}\n");
    } else {
      answer.handle(request);
    }
  }

  public void close() {
    server.close().await();
  }
}
