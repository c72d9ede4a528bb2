package dev.skep.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.http.ApiUri;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every yes or no in a query that Skep answers itself. The engine reads some as Go's ParseBool does
 * and refuses all other words; for the rest all words but a few mean yes.
 */
class BooleanQueryTest {
  private static final List<String> GO_TRUE = List.of("1", "t", "T", "true", "TRUE", "True");
  private static final List<String> GO_FALSE =
      List.of("", "0", "f", "F", "false", "FALSE", "False");
  private static final List<String> NO_BOOLEANS =
      List.of("zz", "yes", "no", "2", "tRUE", "%20true");

  private static final List<String> YES = List.of("1", "true", "zz", "2", "on", "f", "TRUE");
  private static final List<String> NO =
      List.of("", "0", "no", "NO", "false", "none", "%20none%20");

  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @AfterEach
  void close() {
    gateway.close();
  }

  @BeforeEach
  void aNetwork() {
    gateway
        .post("/v1.41/networks/create", "{\"Name\":\"back\",\"Driver\":\"overlay\"}")
        .expect(201);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1.41/services, status",
    "GET, /v1.41/services/nosuch, insertDefaults",
    "GET, /v1.41/networks/back, verbose",
    "GET, /v1.41/networks/nosuch, verbose",
    "POST, /v1.41/swarm/update?version=0, rotateWorkerToken",
    "POST, /v1.41/swarm/update?version=0, rotateManagerToken",
    "POST, /v1.41/swarm/update?version=0, rotateManagerUnlockKey",
    "GET, /skep/v1/events, follow"
  })
  void is_refused_where_it_is_no_boolean_of_go_s(String method, String uri, String name) {
    String asked = uri + (uri.contains("?") ? "&" : "?") + name + "=";
    for (String word : NO_BOOLEANS) {
      String said = word.replace("%20", " ");
      call(method, asked + word)
          .refuses(
              400,
              "invalid value for %s: %s: strconv.ParseBool: parsing \"%s\": invalid syntax"
                  .formatted(name, said, said));
    }
    for (String word : GO_TRUE) {
      assertThat(status(method, asked + word)).as(asked + word).isNotEqualTo(400);
    }
    for (String word : GO_FALSE) {
      assertThat(status(method, asked + word)).as(asked + word).isNotEqualTo(400);
    }
  }

  /** Of an answer that may not end. */
  private int status(String method, String uri) {
    if (method.equals("POST")) {
      return call(method, uri).status();
    }
    GatewayFixture.Stream stream = gateway.open(uri);
    stream.close();
    return stream.response.statusCode();
  }

  private Answer call(String method, String uri) {
    return gateway.call(
        HttpMethod.valueOf(method), uri, method.equals("POST") ? "{}" : null, Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1.41/services/nosuch/logs", "/v1.41/tasks/nosuch/logs"})
  void of_logs_is_a_yes_but_for_a_few_words(String logs) {
    for (String stream : List.of("stdout", "stderr")) {
      for (String word : YES) {
        gateway
            .get(logs + "?follow=zz&timestamps=zz&details=zz&" + stream + "=" + word)
            .expect(404);
      }
      for (String word : NO) {
        gateway
            .get(logs + "?" + stream + "=" + word)
            .refuses(500, "Bad parameters: you must choose at least one stream");
      }
    }
  }

  @Test
  void of_force_is_a_yes_but_for_a_few_words() {
    for (String word : NO) {
      assertThat(gateway.delete("/v1.41/nodes/node-2?force=" + word).expect(400).message())
          .contains("is not down and can't be removed");
    }
    for (String word : YES) {
      gateway.post("/v1.41/swarm/leave?force=" + word, "");
    }
    for (String word : NO) {
      gateway.post("/v1.41/swarm/leave?force=" + word, "");
    }
    assertThat(gateway.membership.asked.subList(0, YES.size())).containsOnly(true);
    assertThat(gateway.membership.asked.subList(YES.size(), YES.size() + NO.size()))
        .containsOnly(false);
    gateway.delete("/v1.41/nodes/node-2?force=zz").expect(200);
  }

  @Test
  void an_answer_is_endless_just_where_it_follows() {
    for (String word : YES) {
      assertThat(Routes.follows(asked("/services/x/logs?stdout=1&follow=" + word))).isTrue();
    }
    for (String word : List.of("", "0", "no", "NO", "false", "none")) {
      assertThat(Routes.follows(asked("/services/x/logs?follow=" + word + "&tail=1"))).isFalse();
    }
    assertThat(Routes.follows(asked("/services/x/logs?stdout=1"))).isFalse();
    for (String word : GO_TRUE) {
      assertThat(Routes.followsChanges(asked("/skep/v1/events?follow=" + word))).isTrue();
    }
    for (String word : List.of("0", "f", "F", "false", "FALSE", "False")) {
      assertThat(Routes.followsChanges(asked("/skep/v1/events?since=1&follow=" + word))).isFalse();
    }
    assertThat(Routes.followsChanges(asked("/skep/v1/events"))).isTrue();
    assertThat(Routes.followsChanges(asked("/skep/v1/events?follow="))).isTrue();
  }

  private static ApiUri asked(String target) {
    return ApiUri.parse(target);
  }
}
