package dev.skep.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.store.model.json.Json;
import io.vertx.core.MultiMap;

/** What the gateway answered. */
public record Answer(int status, MultiMap headers, String text) {
  public JsonNode json() {
    try {
      return Json.mapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }

  /** The error's text. */
  public String message() {
    assertThat(headers.get("Content-Type")).isEqualTo("application/json");
    assertThat(text).endsWith("\n");
    return json().path("message").asText();
  }

  public Answer expect(int status) {
    assertThat(this.status).as(text).isEqualTo(status);
    return this;
  }

  public void refuses(int status, String message) {
    expect(status);
    assertThat(message()).isEqualTo(message);
  }
}
