package dev.skep.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceApiTest {
  private static final String WEB =
      """
      {"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"test/whoami:1"}}}\
      """;

  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void creates_and_shows_a_service_as_the_engine_does() {
    String id = gateway.post("/v1.41/services/create", WEB).expect(201).json().get("ID").asText();

    assertThat(id).matches("[0-9a-z]{25}");
    assertThat(gateway.get("/v1.41/services/web").expect(200).json().get("Spec").toString())
        .isEqualTo(
            """
            {"Name":"web","Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"test/whoami:1",\
            "Isolation":"default"},"ForceUpdate":0,"Runtime":"container"},\
            "Mode":{"Replicated":{"Replicas":1}}}\
            """);
  }
}
