package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.model.spec.Resources.Discrete;
import dev.skep.store.model.spec.Resources.GenericResource;
import dev.skep.store.model.spec.Resources.Named;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenericResourcesTest {
  @Test
  void names_and_numbers_are_read_from_one_word_or_several() {
    assertThat(GenericResources.parse(List.of("gpu=UUID1,gpu=UUID2", "ssd=2", "gpu=UUID3")))
        .containsExactly(
            new GenericResource(new Named("gpu", "UUID1"), null),
            new GenericResource(new Named("gpu", "UUID2"), null),
            new GenericResource(new Named("gpu", "UUID3"), null),
            new GenericResource(null, new Discrete("ssd", 2L)));
    assertThat(GenericResources.parse(List.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gpu                      | "gpu" is not KIND=NAME or KIND=NUMBER
          gpu=                     | "gpu=" is not KIND=NAME or KIND=NUMBER
          =UUID1                   | "=UUID1" is not KIND=NAME or KIND=NUMBER
          gpu=a=b                  | "gpu=a=b" is not KIND=NAME or KIND=NUMBER
          gpu=a,                   | "" is not KIND=NAME or KIND=NUMBER
          gpu=a,gpu=a              | "gpu=a" is said twice
          gpu=a,gpu=2              | "gpu=a,gpu=2" mixes numbers with others
          ssd=1,ssd=2              | "ssd=1,ssd=2" mixes numbers with others
          ssd=-1                   | "ssd=-1" is less than nothing
          ssd=99999999999999999999 | "ssd=99999999999999999999" is more than can be counted
          """)
  void what_cannot_be_meant_is_refused_by_name(String said, String why) {
    assertThatThrownBy(() -> GenericResources.parse(List.of(said)))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("node-generic-resource: " + why);
  }
}
