package dev.skep.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.gateway.api.error.ApiError;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FiltersTest {
  private static final Set<String> KEYS = Set.of("name", "label");

  @ParameterizedTest
  @ValueSource(strings = {"{\"name\":{\"web\":true,\"db\":true}}", "{\"name\":[\"web\",\"db\"]}"})
  void reads_both_encodings(String json) {
    Filters filters = Filters.parse(json, KEYS);

    assertThat(filters.get("name")).containsExactly("web", "db");
    assertThat(filters.exactly("name", "db")).isTrue();
    assertThat(filters.exactly("name", "d")).isFalse();
    assertThat(filters.prefix("name", "website")).isTrue();
    assertThat(filters.prefix("label", "anything")).isTrue();
  }

  @Test
  void refuses_unknown_keys_in_the_engines_words() {
    assertThatThrownBy(() -> Filters.parse("{\"foo\":[\"x\"]}", KEYS))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessage("Invalid filter 'foo'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "[]", "{\"name\":1}", "{\"name\":[1]}", "{\"name\":{\"a\":\"b\"}}", "{"})
  void refuses_what_is_no_filter(String json) {
    assertThatThrownBy(() -> Filters.parse(json, KEYS))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(400));
  }

  @Test
  void wants_all_labels_with_or_without_a_value() {
    Filters filters = Filters.parse("{\"label\":[\"a\",\"b=1\"]}", KEYS);

    assertThat(filters.labels("label", Map.of("a", "x", "b", "1"))).isTrue();
    assertThat(filters.labels("label", Map.of("a", "x", "b", "2"))).isFalse();
    assertThat(filters.labels("label", Map.of("b", "1"))).isFalse();
  }

  @Test
  void says_nothing_where_nothing_is_given() {
    for (String json : new String[] {"", "{}", "null", "{\"name\":{}}", "{\"name\":null}"}) {
      assertThat(Filters.parse(json, KEYS).exactly("name", "any")).isTrue();
    }
  }

  @Test
  void takes_null_for_gos_zero_value_and_a_value_that_is_said_to_be_false_for_given() {
    assertThat(Filters.parse("{\"name\":{\"x\":null}}", KEYS).get("name")).containsExactly("x");
    assertThat(Filters.parse("{\"name\":{\"x\":false}}", KEYS).get("name")).containsExactly("x");
    Filters empty = Filters.parse("{\"name\":[null]}", KEYS);
    assertThat(empty.get("name")).containsExactly("");
    assertThat(empty.prefix("name", "any")).isTrue();
  }

  @Test
  void writes_what_every_engine_reads() {
    Filters filters = Filters.parse("{\"is-task\":[\"true\"],\"name\":[\"a\"]}");

    assertThat(filters.without("is-task").with("label", "x").json())
        .isEqualTo("{\"label\":{\"x\":true},\"name\":{\"a\":true}}");
  }
}
