package dev.skep.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.node.Fixtures;
import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentType;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssignmentsTest {
  @TempDir Path dir;

  private static Assignment message(AssignmentType type, List<Task> tasks, List<String> removed) {
    return new Assignment(
        "s",
        type,
        1,
        0,
        tasks,
        removed,
        Map.of("n1", Fixtures.network("n1", "back")),
        Map.of("s1", Fixtures.secret("s1", "hush")),
        Map.of("c1", Fixtures.config("c1", "conf")),
        Map.of("svcid", new Sensitive("auth")));
  }

  private static Assignment bare(AssignmentType type, List<Task> tasks, List<String> removed) {
    return new Assignment("s", type, 2, 1, tasks, removed, Map.of(), Map.of(), Map.of(), Map.of());
  }

  @Test
  void a_complete_one_replaces_everything() {
    Assignments before =
        Assignments.NONE.apply(
            message(AssignmentType.COMPLETE, List.of(Fixtures.task("t1", "n")), List.of()));
    Assignments after =
        before.apply(bare(AssignmentType.COMPLETE, List.of(Fixtures.task("t2", "n")), List.of()));
    assertThat(after.tasks()).containsOnlyKeys("t2");
    assertThat(after.networks()).isEmpty();
    assertThat(after.secrets()).isEmpty();
    assertThat(after.configs()).isEmpty();
    assertThat(after.registryAuths()).isEmpty();
  }

  @Test
  void an_incremental_one_changes_what_it_names_and_keeps_what_was_sent() {
    Assignments before =
        Assignments.NONE.apply(
            message(
                AssignmentType.COMPLETE,
                List.of(Fixtures.task("t1", "n"), Fixtures.task("t2", "n")),
                List.of()));
    Assignments after =
        before.apply(
            bare(
                AssignmentType.INCREMENTAL,
                List.of(Fixtures.task("t3", "n").withDesiredState(TaskState.READY)),
                List.of("t1", "t2")));
    assertThat(after.tasks()).containsOnlyKeys("t3");
    assertThat(after.networks()).as("it is not sent twice in a session").containsOnlyKeys("n1");
    assertThat(after.secrets()).containsOnlyKeys("s1");
    assertThat(after.configs()).containsOnlyKeys("c1");
    assertThat(after.registryAuths()).as("the service of t3 has none any more").isEmpty();
    assertThat(before.tasks()).containsOnlyKeys("t1", "t2");
  }

  @Test
  void the_file_brings_back_tasks_and_networks_and_holds_no_secret() throws Exception {
    AssignmentFile file = new AssignmentFile(dir.resolve("agent"), "node1");
    assertThat(file.load().tasks()).isEmpty();
    Assignments assignments =
        Assignments.NONE.apply(
            message(AssignmentType.COMPLETE, List.of(Fixtures.task("t1", "node1")), List.of()));
    file.save(assignments);
    file.save(assignments);
    Assignments back = new AssignmentFile(dir.resolve("agent"), "node1").load();
    assertThat(back.tasks()).isEqualTo(assignments.tasks());
    assertThat(back.networks()).isEqualTo(assignments.networks());
    assertThat(back.secrets()).isEmpty();
    Path path = dir.resolve("agent/assignments.json");
    assertThat(Files.readString(path)).doesNotContain("hush", "aHVzaA", "\"auth\"");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    try (var files = Files.list(dir.resolve("agent"))) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void a_file_that_is_anothers_or_damaged_is_as_good_as_none() throws Exception {
    AssignmentFile file = new AssignmentFile(dir, "node1");
    file.save(
        Assignments.NONE.apply(
            message(AssignmentType.COMPLETE, List.of(Fixtures.task("t1", "node1")), List.of())));
    assertThat(new AssignmentFile(dir, "node2").load().tasks()).isEmpty();
    Path path = dir.resolve("assignments.json");
    String whole = Files.readString(path);
    for (int cut = 0; cut < whole.length(); cut += 7) {
      Files.write(path, whole.substring(0, cut).getBytes(StandardCharsets.UTF_8));
      assertThat(file.load().tasks()).as("cut after " + cut).isEmpty();
    }
    file.delete();
    assertThat(path).doesNotExist();
  }
}
