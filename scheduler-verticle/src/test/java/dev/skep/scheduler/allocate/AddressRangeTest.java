package dev.skep.scheduler.allocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.net.IpAddress;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AddressRangeTest {
  private static AddressRange range(long size, @Nullable String last) {
    return new AddressRange(
        IpAddress.parse("10.0.3.0"), size, last == null ? null : IpAddress.parse(last));
  }

  private static String give(AddressRange range) {
    return range.give().map(IpAddress::toString).orElse("none");
  }

  @Test
  void gives_each_address_once_and_then_none() {
    AddressRange range = range(3, null);
    assertThat(IntStream.range(0, 4).mapToObj(i -> give(range)))
        .containsExactly("10.0.3.0", "10.0.3.1", "10.0.3.2", "none");
    assertThat(range.free()).isZero();
  }

  @Test
  void goes_on_after_the_last_one_and_comes_round() {
    AddressRange range = range(4, "10.0.3.1");
    range.take(IpAddress.parse("10.0.3.1"));
    assertThat(IntStream.range(0, 4).mapToObj(i -> give(range)))
        .containsExactly("10.0.3.2", "10.0.3.3", "10.0.3.0", "none");
  }

  @Test
  void passes_over_what_is_taken_and_minds_nothing_outside() {
    AddressRange range = range(3, "10.0.9.9");
    range.take(IpAddress.parse("10.0.3.0"));
    range.take(IpAddress.parse("10.0.3.3"));
    range.take(IpAddress.parse("10.0.2.255"));
    range.take(IpAddress.parse("fd00::1"));
    assertThat(range.free()).isEqualTo(2);
    assertThat(give(range)).isEqualTo("10.0.3.1");
    assertThat(range.last()).isEqualTo(IpAddress.parse("10.0.3.1"));
  }

  @Test
  void a_huge_range_is_bounded() {
    assertThat(range(1L << 24, null).size()).isEqualTo(AddressRange.MOST);
  }
}
