package dev.skep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageNameTest {
  @ParameterizedTest
  @CsvSource({
    "nginx, nginx, '', '', nginx:latest",
    "nginx:1.25, nginx, 1.25, '', nginx:1.25",
    "reg.example:5000/team/app, reg.example:5000/team/app, '', '', reg.example:5000/team/app:latest",
    "reg.example:5000/team/app:2, reg.example:5000/team/app, 2, '', reg.example:5000/team/app:2",
    "app:2@sha256:ab, app, 2, sha256:ab, app:2@sha256:ab",
    "app@sha256:ab, app, '', sha256:ab, app@sha256:ab",
    "sha256:abcd, sha256:abcd, '', '', sha256:abcd",
  })
  void takes_a_reference_apart(
      String text, String repository, String tag, String digest, String familiar) {
    ImageName name = ImageName.parse(text);
    assertThat(name).isEqualTo(new ImageName(repository, tag, digest));
    assertThat(name.familiar()).isEqualTo(familiar);
  }

  @ParameterizedTest
  @CsvSource({
    "nginx, fromImage=nginx&tag=latest",
    "a/b:2, fromImage=a%2Fb&tag=2",
    "app:2@sha256:ab, fromImage=app&tag=sha256%3Aab"
  })
  void pulls_one_image_never_all_tags(String text, String query) {
    assertThat(ImageName.parse(text).pullQuery()).isEqualTo(query);
  }
}
