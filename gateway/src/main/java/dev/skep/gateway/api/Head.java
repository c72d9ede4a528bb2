package dev.skep.gateway.api;

import dev.skep.gateway.engine.EngineFacts;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** Begins an answer: the headers that every answer has. */
public final class Head {
  private final ApiVersions versions;
  private final EngineFacts facts;

  public Head(ApiVersions versions, EngineFacts facts) {
    this.versions = versions;
    this.facts = facts;
  }

  /** The response to a request, with those headers set. */
  public HttpServerResponse of(HttpServerRequest request) {
    String agent = request.getHeader("User-Agent");
    return request
        .response()
        .putHeader("Api-Version", versions.offered(agent == null ? "" : agent).toString())
        .putHeader("Docker-Experimental", facts.experimental())
        .putHeader("Ostype", facts.osType())
        .putHeader("Server", facts.server());
  }
}
