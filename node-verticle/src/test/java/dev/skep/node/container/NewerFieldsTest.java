package dev.skep.node.container;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.engine.http.ApiVersion;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.ContainerSpec;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewerFieldsTest {
  private static final NodeFacts NODE = new NodeFacts("node1", "host1", "linux", "x86_64");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          44 | HealthCheck.StartInterval                | "HealthCheck":{"StartInterval":5000000}
          48 | Mounts of type image                     | "Mounts":[{"Type":"image"}]
          42 | Mounts.BindOptions.CreateMountpoint       | "Mounts":[{"BindOptions":{"CreateMountpoint":true}}]
          44 | Mounts.BindOptions.ReadOnlyNonRecursive   | "Mounts":[{"BindOptions":{"ReadOnlyNonRecursive":true}}]
          44 | Mounts.BindOptions.ReadOnlyForceRecursive | "Mounts":[{"BindOptions":{"ReadOnlyForceRecursive":true}}]
          45 | Mounts.VolumeOptions.Subpath              | "Mounts":[{"VolumeOptions":{"Subpath":"a"}}]
          46 | Mounts.TmpfsOptions.Options               | "Mounts":[{"TmpfsOptions":{"Options":[["noexec"]]}}]
          """)
  void refuses_what_the_engine_would_ignore(int since, String field, String json) {
    ContainerSpec spec = spec("{" + json + "}");
    assertThatThrownBy(() -> NewerFields.check(spec, NODE, new ApiVersion(1, since - 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "ContainerSpec.%s needs Engine API 1.%d, and the engine of node host1 has 1.%d: upgrade it, keep the service off this node, or leave the field out"
                .formatted(field, since, since - 1));
    assertThatCode(() -> NewerFields.check(spec, NODE, new ApiVersion(1, since)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}
          {"HealthCheck":{"StartInterval":0},"Mounts":[{"BindOptions":{"CreateMountpoint":false},"VolumeOptions":{"Subpath":""}}]}
          """)
  void lets_through_what_asks_for_nothing(String json) {
    assertThatCode(() -> NewerFields.check(spec(json), NODE, ApiVersion.OLDEST))
        .doesNotThrowAnyException();
  }

  private static ContainerSpec spec(String json) {
    return Json.readStored(
        json.replace("HealthCheck", "Healthcheck").getBytes(StandardCharsets.UTF_8),
        ContainerSpec.class);
  }
}
