package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapKeeperTest {
  private static final long MIB = 1024 * 1024;

  @Test
  void a_busy_heap_is_collected_each_time_it_has_doubled() {
    assertThat(HeapKeeper.doubled(120 * MIB, 0)).isFalse();
    assertThat(HeapKeeper.doubled(129 * MIB, 0)).isTrue();
    assertThat(HeapKeeper.doubled(900 * MIB, 500 * MIB)).isFalse();
    assertThat(HeapKeeper.doubled(1_200 * MIB, 500 * MIB)).isTrue();
  }

  @Test
  void a_resting_heap_is_collected_when_it_has_crept_up() {
    assertThat(HeapKeeper.grown(40 * MIB, 0)).isFalse();
    assertThat(HeapKeeper.grown(60 * MIB, 20 * MIB)).isFalse();
    assertThat(HeapKeeper.grown(290 * MIB, 180 * MIB)).isTrue();
    assertThat(HeapKeeper.grown(1_200 * MIB, 1_000 * MIB)).isFalse();
  }
}
