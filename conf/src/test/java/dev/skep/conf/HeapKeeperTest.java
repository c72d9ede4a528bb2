package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapKeeperTest {
  private static final long MIB = 1024 * 1024;

  @Test
  void a_small_heap_is_left_alone() {
    assertThat(HeapKeeper.grown(40 * MIB, 39 * MIB, 0, 0)).isFalse();
  }

  @Test
  void what_was_busy_is_collected_once() {
    assertThat(HeapKeeper.grown(900 * MIB, 800 * MIB, 0, 0)).isTrue();
    assertThat(HeapKeeper.grown(300 * MIB, 250 * MIB, 300 * MIB, 240 * MIB)).isFalse();
  }

  @Test
  void a_busy_heap_is_collected_each_time_it_has_doubled() {
    assertThat(HeapKeeper.doubled(120 * MIB, 0)).isFalse();
    assertThat(HeapKeeper.doubled(129 * MIB, 0)).isTrue();
    assertThat(HeapKeeper.doubled(900 * MIB, 500 * MIB)).isFalse();
    assertThat(HeapKeeper.doubled(1_200 * MIB, 500 * MIB)).isTrue();
  }

  @Test
  void what_grows_again_is_collected_again() {
    assertThat(HeapKeeper.grown(310 * MIB, 250 * MIB, 300 * MIB, 240 * MIB)).isTrue();
    assertThat(HeapKeeper.grown(300 * MIB, 290 * MIB, 300 * MIB, 180 * MIB)).isTrue();
  }
}
