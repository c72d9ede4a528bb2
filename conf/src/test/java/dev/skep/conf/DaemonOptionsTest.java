package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.state.Limits;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DaemonOptionsTest {
  private static DaemonOptions options(String maxHeap, @Nullable Long maxTasks) {
    return DaemonOptions.from(
        new Settings(null, null, null, null, null, null, null, maxHeap, maxTasks, null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"25%", "1%", "90%", "512m", "4G"})
  void a_heap_is_a_share_or_a_size(String heap) {
    assertThat(options(heap, 1L).limits().tasks()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0%", "91%", "100%", "512", "4 g", "-1m", "", "lots"})
  void what_is_no_heap_size_is_told_so(String heap) {
    assertThatThrownBy(() -> options(heap, null))
        .isInstanceOf(StartupException.class)
        .hasMessageContainingAll("max-heap", "\"" + heap + "\"", "512m");
  }

  @Test
  void more_tasks_than_the_heap_has_room_for_are_refused_at_the_start() {
    long most = Limits.mostTasks(Runtime.getRuntime().maxMemory());
    assertThat(options("25%", most).limits().tasks()).isEqualTo(most);
    assertThatThrownBy(() -> options("25%", most + 1))
        .isInstanceOf(StartupException.class)
        .hasMessageContainingAll("max-tasks", "at most " + most, "raise max-heap");
    assertThatThrownBy(() -> options("25%", 0L)).hasMessageContaining("max-tasks");
  }
}
