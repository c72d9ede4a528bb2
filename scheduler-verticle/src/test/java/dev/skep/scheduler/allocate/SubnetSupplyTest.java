package dev.skep.scheduler.allocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.net.Subnet;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubnetSupplyTest {
  private static List<Subnet> subnets(@Nullable String text) {
    return text == null
        ? List.of()
        : Arrays.stream(text.split(" ", -1)).map(Subnet::parse).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // pools                   | prefix | taken                     | last        | next
        "10.0.0.0/8                | 24     | -                         | -           | 10.0.0.0/24",
        "10.0.0.0/8                | 24     | 10.0.0.0/24               | -           | 10.0.1.0/24",
        "10.0.0.0/8                | 24     | 10.0.0.0/24               | 10.0.7.0/24 | 10.0.8.0/24",
        "10.0.0.0/8                | 24     | 10.0.0.0/16               | -           | 10.1.0.0/24",
        "10.0.0.0/8                | 24     | 10.0.0.128/28             | -           | 10.0.1.0/24",
        "10.0.0.0/8                | 24     | 192.168.0.0/16            | -           | 10.0.0.0/24",
        "10.0.0.0/23               | 24     | 10.0.0.0/24               | 10.0.1.0/24 | 10.0.1.0/24",
        "10.0.0.0/23               | 24     | 10.0.1.0/24               | 10.0.1.0/24 | 10.0.0.0/24",
        "10.0.0.0/24 10.9.0.0/24   | 24     | 10.0.0.0/24               | -           | 10.9.0.0/24",
        "10.0.0.0/24 10.9.0.0/24   | 24     | -                         | 10.0.0.0/24 | 10.9.0.0/24",
        "10.0.0.0/24 10.9.0.0/24   | 24     | 10.9.0.0/24               | 10.9.0.0/24 | 10.0.0.0/24",
        "fd00::/16 10.9.0.0/24     | 24     | -                         | -           | 10.9.0.0/24",
        "10.0.0.0/23               | 24     | 10.0.0.0/24 10.0.1.128/25 | -           | -",
        "10.0.0.0/24               | 24     | 10.0.0.0/8                | -           | -",
        "10.0.0.0/24               | 16     | -                         | -           | -",
      })
  void cuts_the_next_that_overlaps_with_none(
      String pools,
      int prefix,
      @Nullable String taken,
      @Nullable String last,
      @Nullable String next) {
    assertThat(
            SubnetSupply.next(
                subnets(pools), prefix, subnets(taken), last == null ? null : Subnet.parse(last)))
        .isEqualTo(next == null ? Optional.empty() : Subnet.find(next));
  }
}
