package dev.skep.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.gateway.Answer;
import dev.skep.gateway.GatewayFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that read a service at the same time and then update it one after the other. */
class ParallelUpdateTest {
  private static final String OVERTAKEN = "rpc error: code = Unknown desc = update out of sequence";

  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @BeforeEach
  void create() {
    gateway.post("/services/create", spec("i:1", 2, "")).expect(201);
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void scaling_and_another_image_do_not_fail_each_other() {
    long read = version();
    update(read, spec("i:1", 5, "")).expect(200);
    update(read, spec("i:2", 2, "")).expect(200);
    update(read, spec("i:1", 2, "\"Labels\":{\"a\":\"b\"},")).expect(200);

    JsonNode spec = gateway.get("/services/web").json().get("Spec");
    assertThat(spec.at("/Mode/Replicated/Replicas").asInt()).isEqualTo(5);
    assertThat(spec.at("/TaskTemplate/ContainerSpec/Image").asText()).isEqualTo("i:2");
    assertThat(spec.at("/Labels/a").asText()).isEqualTo("b");
  }

  @Test
  void two_scalings_do() {
    long read = version();
    update(read, spec("i:1", 5, "")).expect(200);
    update(read, spec("i:2", 6, "")).refuses(500, OVERTAKEN);
    assertThat(gateway.get("/services/web").json().at("/Spec/Mode/Replicated/Replicas").asInt())
        .isEqualTo(5);
  }

  @Test
  void what_is_joined_is_checked() {
    update(version(), spec("i:1", 2, "\"EndpointSpec\":{\"Mode\":\"vip\"},")).expect(200);
    long read = version();
    update(read, spec("i:1", 2, "\"EndpointSpec\":{\"Ports\":[{\"TargetPort\":80}]},")).expect(200);
    update(read, spec("i:1", 2, "\"EndpointSpec\":{\"Mode\":\"dnsrr\"},"))
        .refuses(
            400,
            "rpc error: code = InvalidArgument desc = EndpointSpec: port published with ingress"
                + " mode can't be used with dnsrr mode");
  }

  @Test
  void a_version_that_nobody_read_is_refused() {
    long read = version();
    update(read, spec("i:1", 5, "")).expect(200);
    update(0, spec("i:2", 2, "")).refuses(500, OVERTAKEN);
    update(read - 1, spec("i:2", 2, "")).refuses(500, OVERTAKEN);
    update(version() + 9, spec("i:2", 2, "")).refuses(500, OVERTAKEN);
  }

  @Test
  void going_back_is_refused_when_there_is_something_else_to_go_back_to() {
    update(version(), spec("i:2", 2, "")).expect(200);
    long read = version();
    update(read, spec("i:2", 5, "")).expect(200);
    gateway
        .post("/services/web/update?rollback=previous&version=" + read, "")
        .refuses(500, OVERTAKEN);
  }

  private Answer update(long version, String spec) {
    return gateway.post("/services/web/update?version=" + version, spec);
  }

  private long version() {
    return gateway.get("/services/web").expect(200).json().at("/Version/Index").asLong();
  }

  private static String spec(String image, int replicas, String more) {
    return """
    {"Name":"web",%s"TaskTemplate":{"ContainerSpec":{"Image":"%s"}},
     "Mode":{"Replicated":{"Replicas":%d}}}\
    """
        .formatted(more, image, replicas);
  }
}
