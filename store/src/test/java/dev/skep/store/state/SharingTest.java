package dev.skep.store.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.Samples;
import dev.skep.store.model.Task;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.TaskSpec;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SharingTest {
  @Test
  void tasks_read_from_a_snapshot_share_their_specs_however_these_are_mixed() {
    Stream<Task> read =
        IntStream.range(0, 1_000)
            .mapToObj(i -> {
              Task task = Samples.task("t" + i, "s" + i % 2, i, "n");
              Task other = task.withSpec(task.spec().withForceUpdate(i % 3));
              return Json.readStored(Json.storedBytes(other), Task.class);
            });
    ClusterState state = ClusterState.of(7, read);
    Set<TaskSpec> specs = Collections.newSetFromMap(new IdentityHashMap<>());
    state.tasks().forEach(task -> specs.add(task.spec()));
    assertThat(state.tasks()).hasSize(1_000);
    assertThat(specs).hasSize(6);
  }
}
