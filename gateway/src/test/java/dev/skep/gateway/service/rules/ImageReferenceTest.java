package dev.skep.gateway.service.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "nginx",
        "nginx:1.27",
        "library/nginx",
        "docker.io/library/nginx:latest",
        "localhost:5000/a/b:c",
        "registry.example.com:443/x_y/z--w:1.0-rc.1",
        "[::1]:5000/a",
        "nginx@sha256:6cf154e76e960e7cbe061917abadaee9bfe23623ae6bbda0c4cdf5fcb3b02221",
        "nginx:1@sha256:6cf154e76e960e7cbe061917abadaee9bfe23623ae6bbda0c4cdf5fcb3b02221",
        "sha256"
      })
  void takes(String image) {
    assertThat(ImageReference.valid(image)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "Nginx",
        "nginx:",
        ":1",
        "-x",
        "a//b",
        "nginx@sha256:1",
        "nginx:a/b:c d",
        "6cf154e76e960e7cbe061917abadaee9bfe23623ae6bbda0c4cdf5fcb3b02221"
      })
  void refuses(String image) {
    assertThat(ImageReference.valid(image)).isFalse();
  }
}
