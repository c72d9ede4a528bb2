package dev.skep.store.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdsTest {
  @Test
  void are_25_characters_of_base_36() {
    Random random = new Random(1);
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      String id = Ids.next(random);
      assertThat(id).matches("[a-z0-9]{25}");
      ids.add(id);
    }
    assertThat(ids).hasSize(1_000);
  }

  @Test
  void repeat_with_the_same_random_source() {
    assertThat(Ids.next(new Random(7))).isEqualTo(Ids.next(new Random(7)));
  }

  @Test
  void the_largest_fits_and_the_smallest_is_padded() {
    BigInteger largest = BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE);
    assertThat(Ids.digits(largest, Ids.LENGTH)).hasSize(Ids.LENGTH);
    assertThat(Ids.digits(BigInteger.ZERO, Ids.LENGTH)).isEqualTo("0".repeat(Ids.LENGTH));
    assertThat(Ids.digits(BigInteger.valueOf(35), 3)).isEqualTo("00z");
  }
}
