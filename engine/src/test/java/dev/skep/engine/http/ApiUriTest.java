package dev.skep.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small texts of the API: its targets, versions and endpoints. */
class ApiUriTest {

  @Test
  void takes_a_target_apart() {
    assertThat(ApiUri.parse("/v1.41/containers/json?all=1"))
        .isEqualTo(new ApiUri(Optional.of(new ApiVersion(1, 41)), "/containers/json", "all=1"));
    assertThat(ApiUri.parse("/_ping")).isEqualTo(new ApiUri(Optional.empty(), "/_ping", ""));
    assertThat(ApiUri.parse("/v1.41/exec/v1.2/start?x=/v1.3/").path())
        .isEqualTo("/exec/v1.2/start");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1.41/info",
        "/info",
        "/v1.41",
        "/version",
        "/volumes/v1.41/x?a=b",
        "/v1.24/a?b=c&d"
      })
  void puts_a_target_together_again(String uri) {
    assertThat(ApiUri.parse(uri)).hasToString(uri);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1.41.0/info, 1.41",
    "/v1.41./info, 1.41",
    "/v01.041/info, 1.41",
    "/v1.41.1/info, 1.42",
    "/v1/info, 1.0",
    "/v.../info, 0.0",
    "/v1..41/info, 1.1",
    "/v9999999999999999999.1/info, 99999.1"
  })
  void takes_for_a_version_what_the_engine_takes_for_one(String uri, String version) {
    assertThat(ApiUri.parse(uri).version().map(ApiVersion::toString)).contains(version);
    assertThat(ApiUri.parse(uri).path()).isEqualTo("/info");
  }

  @Test
  void finds_the_nearest_version_that_is_served() {
    var served = new ApiVersion.Range(new ApiVersion(1, 12), new ApiVersion(1, 41));
    assertThat(served.nearest(new ApiVersion(1, 9))).isEqualTo(new ApiVersion(1, 12));
    assertThat(served.nearest(new ApiVersion(1, 24))).isEqualTo(new ApiVersion(1, 24));
    assertThat(served.nearest(new ApiVersion(1, 50))).isEqualTo(new ApiVersion(1, 41));
    assertThat(served.nearest(new ApiVersion(2, 0))).isEqualTo(new ApiVersion(1, 41));
    assertThatThrownBy(() -> new ApiVersion.Range(new ApiVersion(1, 41), new ApiVersion(1, 9)))
        .hasMessageContaining("1.41");
  }

  @Test
  void reads_endpoints() {
    assertThat(ApiEndpoint.parse("unix:///var/run/docker.sock"))
        .isEqualTo(new ApiEndpoint.Unix(Path.of("/var/run/docker.sock")))
        .hasToString("unix:///var/run/docker.sock");
    assertThat(ApiEndpoint.parse("tcp://127.0.0.1:2375"))
        .isEqualTo(new ApiEndpoint.Tcp("127.0.0.1", 2375))
        .hasToString("tcp://127.0.0.1:2375");
    assertThat(ApiEndpoint.parse("tcp://[::1]:2375"))
        .isEqualTo(new ApiEndpoint.Tcp("::1", 2375))
        .hasToString("tcp://[::1]:2375");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/var/run/docker.sock",
        "unix://relative",
        "tcp://host",
        "tcp://:1",
        "ssh://h:1",
        "tcp://h:99999"
      })
  void refuses_what_is_no_endpoint(String text) {
    assertThatThrownBy(() -> ApiEndpoint.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
