package dev.skep.gateway.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.engine.fake.FaultyEngine;
import dev.skep.engine.fake.FaultyEngine.Fault;
import dev.skep.gateway.Answer;
import dev.skep.gateway.GatewayFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an engine does wrong is no bug of Skep's, and no reason not to show the swarm. */
class EngineFaultTest {
  @TempDir static Path directory;
  private FaultyEngine engine;
  private GatewayFixture gateway;

  @BeforeEach
  void start() throws IOException {
    engine = new FaultyEngine(directory.resolve("engine-" + System.nanoTime() + ".sock"));
    gateway = new GatewayFixture(engine.endpoint()).asManager();
  }

  @AfterEach
  void stop() throws IOException {
    gateway.close();
    engine.close();
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void shows_the_swarm_whatever_the_engine_does(Fault fault) {
    engine.does(fault);
    long begin = System.nanoTime();

    gateway.get("/_ping").expect(200);
    JsonNode info = gateway.get("/info").expect(200).json();
    JsonNode version = gateway.get("/version").expect(200).json();
    assertThat(gateway.get("/nodes").expect(200).json()).hasSize(2);
    gateway.get("/services").expect(200);

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(18));
    assertThat(info.get("Swarm").get("ControlAvailable").asBoolean()).isTrue();
    assertThat(info.get("Warnings").get(0).asText()).contains("Docker daemon");
    assertThat(version.get("Components").get(0).get("Details").get("Warning").asText())
        .contains("Docker daemon");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NEVER_ANSWERS")
  void says_that_it_is_the_engine_that_fails(Fault fault) {
    engine.does(fault);

    Answer answer = gateway.get("/networks").expect(502);

    assertThat(answer.message())
        .startsWith("the Docker daemon gave no usable answer to GET /networks: ")
        .doesNotContain("bug");
    assertThat(gateway.post("/networks/prune", "").expect(502).message()).doesNotContain("bug");
  }

  @Test
  void gives_up_on_an_engine_that_never_answers() {
    engine.does(Fault.NEVER_ANSWERS);

    assertThat(gateway.get("/networks").expect(504).message())
        .startsWith("the Docker daemon at " + engine.endpoint() + " did not answer GET /networks");
  }
}
