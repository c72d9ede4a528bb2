package dev.skep.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.gateway.api.body.JsonBody;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.Samples;
import dev.skep.store.ServiceFields;
import dev.skep.store.ServiceFields.Field;
import dev.skep.store.model.Config;
import dev.skep.store.model.Network;
import dev.skep.store.model.Version;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every field of the API's schema comes back as it was sent, or is refused by its name. */
class SpecFieldsTest {
  private static final ClusterState STATE =
      ClusterState.EMPTY
          .apply(
              Transaction.at(Instant.EPOCH)
                  .create(Samples.secret("sec", "sec", "YQ=="))
                  .create(
                      new Config(
                          "con",
                          Version.NONE,
                          Instant.EPOCH,
                          Instant.EPOCH,
                          new Config.ConfigSpec("con", Map.of(), "YQ==", null)))
                  .create(network())
                  .build(),
              1)
          .state();

  private static Network network() {
    return Json.readStored(
        """
        {"ID":"net","Version":{"Index":0},"CreatedAt":"1970-01-01T00:00:00Z","UpdatedAt":"1970-01-01T00:00:00Z",
         "Spec":{"Name":"net","Labels":{},"DriverConfiguration":{"Name":"overlay"}}}
        """
            .getBytes(StandardCharsets.UTF_8),
        Network.class);
  }

  static List<Field> fields() {
    return ServiceFields.all();
  }

  @Test
  void the_schema_was_walked() {
    assertThat(fields()).hasSizeGreaterThan(110);
    assertThat(fields().stream().filter(field -> !field.refusal().isEmpty()))
        .as("what is refused is in the schema")
        .hasSizeGreaterThanOrEqualTo(ServiceFields.REFUSED.size());
  }

  @ParameterizedTest
  @MethodSource("fields")
  void comes_back_or_is_refused_by_name(Field field) throws IOException {
    if (!field.refusal().isEmpty()) {
      assertThatThrownBy(() -> checked(field.spec()))
          .isInstanceOf(ApiError.class)
          .hasMessageContaining(field.refusal());
      return;
    }
    JsonNode shown = Json.mapper().readTree(Json.api(checked(field.spec())));
    assertThat(field.in(shown)).as("%s of %s", field.path(), shown).isEqualTo(field.value());
  }

  private static ServiceSpec checked(JsonNode spec) {
    ServiceSpec asked = JsonBody.read(Buffer.buffer(spec.toString()), ServiceSpec.class);
    return ServicePlan.checked(ServicePlan.accepted(asked), "id", null, STATE, Set.of());
  }
}
