package dev.skep.scheduler.allocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.net.IpAddress;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AddressRangeTest {
  private static AddressRange range(long size, int next) {
    return new AddressRange(IpAddress.parse("10.0.3.0"), size, next, new SplittableRandom(1));
  }

  private static String give(AddressRange range) {
    return range.give().map(IpAddress::toString).orElse("none");
  }

  @Test
  void gives_each_address_once_and_then_none() {
    AddressRange range = range(3, 0);
    assertThat(IntStream.range(0, 4).mapToObj(i -> give(range)))
        .containsExactly("10.0.3.0", "10.0.3.1", "10.0.3.2", "none");
    assertThat(range.free()).isZero();
  }

  @Test
  void goes_on_where_it_is_told_and_comes_round() {
    AddressRange range = range(4, 2);
    range.take(IpAddress.parse("10.0.3.1"));
    assertThat(IntStream.range(0, 4).mapToObj(i -> give(range)))
        .containsExactly("10.0.3.2", "10.0.3.3", "10.0.3.0", "none");
    assertThat(range.next()).isEqualTo(1);
  }

  @Test
  void begins_anywhere_where_it_is_told_nothing_and_leaves_out_none() {
    assertThat(
            IntStream.range(0, 100)
                .mapToObj(seed -> {
                  AddressRange range =
                      new AddressRange(
                          IpAddress.parse("10.0.3.0"),
                          3,
                          AddressRange.ANYWHERE,
                          new SplittableRandom(seed));
                  assertThat(range.next()).isEqualTo(AddressRange.ANYWHERE);
                  return String.join(" ", give(range), give(range), give(range), give(range));
                })
                .distinct())
        .containsExactlyInAnyOrder(
            "10.0.3.0 10.0.3.1 10.0.3.2 none",
            "10.0.3.1 10.0.3.2 10.0.3.0 none",
            "10.0.3.2 10.0.3.0 10.0.3.1 none");
  }

  @Test
  void passes_over_what_is_taken_and_minds_nothing_outside() {
    AddressRange range = range(3, 7);
    range.take(IpAddress.parse("10.0.3.0"));
    range.take(IpAddress.parse("10.0.3.3"));
    range.take(IpAddress.parse("10.0.2.255"));
    range.take(IpAddress.parse("fd00::1"));
    assertThat(range.free()).isEqualTo(2);
    assertThat(give(range)).isEqualTo("10.0.3.1");
  }

  @Test
  void a_huge_range_is_bounded_and_an_empty_one_gives_nothing() {
    assertThat(range(1L << 24, 0).size()).isEqualTo(AddressRange.MOST);
    assertThat(give(range(0, AddressRange.ANYWHERE))).isEqualTo("none");
  }
}
