package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuietHeapTest {
  private static final long MIB = 1024 * 1024;

  @Test
  void a_small_heap_is_left_alone() {
    assertThat(QuietHeap.worth(40 * MIB, 39 * MIB, 0, 0)).isFalse();
  }

  @Test
  void what_was_busy_is_collected_once() {
    assertThat(QuietHeap.worth(900 * MIB, 800 * MIB, 0, 0)).isTrue();
    assertThat(QuietHeap.worth(300 * MIB, 250 * MIB, 300 * MIB, 240 * MIB)).isFalse();
  }

  @Test
  void what_grows_again_is_collected_again() {
    assertThat(QuietHeap.worth(310 * MIB, 250 * MIB, 300 * MIB, 240 * MIB)).isTrue();
    assertThat(QuietHeap.worth(300 * MIB, 290 * MIB, 300 * MIB, 180 * MIB)).isTrue();
  }
}
