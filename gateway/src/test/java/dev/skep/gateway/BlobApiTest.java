package dev.skep.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlobApiTest {
  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @AfterEach
  void close() {
    gateway.close();
  }

  @ParameterizedTest
  @CsvSource({"secret, 512000", "config, 1024000"})
  void keeps_and_refuses(String noun, int limit) {
    String path = "/v1.41/" + noun + "s";
    String id = create(noun, "{\"Name\":\"a\",\"Labels\":{\"l\":\"1\"},\"Data\":\"czNjcmV0\"}");
    assertThat(id).matches("[0-9a-z]{25}");
    gateway
        .post(path + "/create", "{\"Name\":\"a\",\"Data\":\"YQ==\"}")
        .refuses(409, "rpc error: code = AlreadyExists desc = " + noun + " a already exists");
    String size =
        "rpc error: code = InvalidArgument desc = %s data must be larger than 0 and less than %d bytes"
            .formatted(noun, limit);
    gateway.post(path + "/create", "{\"Name\":\"b\"}").refuses(400, size);
    gateway
        .post(
            path + "/create",
            "{\"Name\":\"b\",\"Data\":\"" + "A".repeat((limit + 2) / 3 * 4) + "\"}")
        .refuses(400, size);
    gateway
        .post(path + "/create", "{\"Name\":\"b\",\"Data\":\"?\"}")
        .refuses(400, "illegal base64 data in Data");
    gateway
        .post(path + "/create", "{\"Data\":\"YQ==\"}")
        .refuses(400, "rpc error: code = InvalidArgument desc = name must be provided");
    gateway
        .post(path + "/create", "{\"Name\":\"b c\",\"Data\":\"YQ==\"}")
        .refuses(
            400,
            "rpc error: code = InvalidArgument desc = invalid name, only 64 [a-zA-Z0-9-_.]"
                + " characters allowed, and the start and end character must be [a-zA-Z0-9]");
    gateway.get(path + "/nosuch").refuses(404, noun + " nosuch not found");
    assertThat(gateway.get(path).json()).hasSize(1);
    assertThat(gateway.get(path + "?filters=" + Urls.encode("{\"name\":[\"a\"]}")).json())
        .hasSize(1);
    assertThat(gateway.get(path + "?filters=" + Urls.encode("{\"label\":[\"l=2\"]}")).text())
        .isEqualTo("[]\n");
    Answer removed = gateway.delete(path + "/a").expect(204);
    assertThat(removed.text()).isEmpty();
  }

  @Test
  void shows_the_data_of_configs_only() {
    create("secret", "{\"Name\":\"a\",\"Data\":\"czNjcmV0\"}");
    create("config", "{\"Name\":\"a\",\"Data\":\"czNjcmV0\",\"Templating\":{\"Name\":\"golang\"}}");

    assertThat(gateway.get("/secrets/a").text())
        .contains("\"Spec\":{\"Name\":\"a\",\"Labels\":{}}");
    assertThat(gateway.get("/secrets").text()).doesNotContain("czNjcmV0");
    assertThat(gateway.get("/configs/a").text()).contains("\"Data\":\"czNjcmV0\"");
    gateway
        .post(
            "/configs/create", "{\"Name\":\"b\",\"Data\":\"YQ==\",\"Templating\":{\"Name\":\"x\"}}")
        .refuses(400, "unrecognized template type x; use golang");
    assertThat(
            gateway
                .post("/secrets/create", "{\"Name\":\"b\",\"Driver\":{\"Name\":\"vault\"}}")
                .expect(501)
                .message())
        .startsWith("Driver is not supported");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "config"})
  void updates_labels_and_nothing_else(String noun) {
    String path = "/v1.41/" + noun + "s";
    create(noun, "{\"Name\":\"a\",\"Data\":\"czNjcmV0\"}");
    long version = gateway.get(path + "/a").json().at("/Version/Index").asLong();
    String only = "rpc error: code = InvalidArgument desc = only updates to Labels are allowed";
    String update = path + "/a/update?version=";
    gateway.post(update + version, "{\"Name\":\"b\",\"Labels\":{\"x\":\"y\"}}").refuses(400, only);
    gateway.post(update + version, "{\"Name\":\"a\",\"Data\":\"b3RoZXI=\"}").refuses(400, only);
    gateway.post(update, "{\"Name\":\"a\"}").refuses(400, "invalid " + noun + " version");

    gateway
        .post(update + version, "{\"Name\":\"a\",\"Data\":\"czNjcmV0\",\"Labels\":{\"x\":\"y\"}}")
        .expect(200);

    assertThat(gateway.get(path + "/a").json().at("/Spec/Labels/x").asText()).isEqualTo("y");
    gateway
        .post(update + version, "{\"Name\":\"a\"}")
        .refuses(500, "rpc error: code = Unknown desc = update out of sequence");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "config"})
  void keeps_what_services_use(String noun) {
    String id = create(noun, "{\"Name\":\"a\",\"Data\":\"YQ==\"}");
    for (String service : new String[] {"web", "db"}) {
      gateway
          .post(
              "/services/create",
              """
              {"Name":"%s","TaskTemplate":{"ContainerSpec":{"Image":"i","%s":[{"%sID":"%s",
               "%sName":"a","File":{"Name":"a","UID":"0","GID":"0","Mode":292}}]}}}\
              """
                  .formatted(service, cap(noun) + "s", cap(noun), id, cap(noun)))
          .expect(201);
    }
    gateway
        .delete("/" + noun + "s/a")
        .refuses(
            400,
            "rpc error: code = InvalidArgument desc = %s 'a' is in use by the following services: db, web"
                .formatted(noun));
    gateway.delete("/services/db").expect(200);
    gateway
        .delete("/" + noun + "s/a")
        .refuses(
            400,
            "rpc error: code = InvalidArgument desc = %s 'a' is in use by the following service: web"
                .formatted(noun));
    gateway.delete("/services/web").expect(200);
    gateway.delete("/" + noun + "s/a").expect(204);
  }

  @Test
  void prefers_an_id_over_a_name() {
    String id = create("secret", "{\"Name\":\"a\",\"Data\":\"YQ==\"}");
    create("secret", "{\"Name\":\"" + id + "\",\"Data\":\"YQ==\"}");

    assertThat(gateway.get("/secrets/" + id).json().at("/Spec/Name").asText()).isEqualTo("a");
  }

  private String create(String noun, String body) {
    return gateway.post("/v1.41/" + noun + "s/create", body).expect(201).json().get("ID").asText();
  }

  private static String cap(String noun) {
    return Character.toUpperCase(noun.charAt(0)) + noun.substring(1);
  }
}
