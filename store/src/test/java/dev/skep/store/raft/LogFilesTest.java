package dev.skep.store.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFilesTest {
  @TempDir Path group;

  private void files(String... names) throws IOException {
    Files.createDirectories(group.resolve("current"));
    Files.createDirectories(group.resolve("sm"));
    for (String name : names) {
      Files.createFile(group.resolve(name));
    }
  }

  private List<String> logs() throws IOException {
    try (Stream<Path> files = Files.list(group.resolve("current"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void finishes_a_purge_that_was_cut_short() throws IOException {
    files(
        "current/log_0-10",
        "current/log_21-30",
        "current/log_inprogress_31",
        "sm/snapshot.1_25",
        "sm/snapshot.1_25.md5");
    LogFiles.prepare(group);
    assertThat(logs()).containsExactly("log_21-30", "log_inprogress_31");
  }

  @Test
  void removes_nothing_for_a_snapshot_that_was_not_finished() throws IOException {
    files("current/log_0-10", "current/log_inprogress_11", "sm/snapshot.1_10");
    LogFiles.prepare(group);
    assertThat(logs()).containsExactly("log_0-10", "log_inprogress_11");
  }

  @Test
  void names_the_entries_that_are_missing() throws IOException {
    files("current/log_0-10", "current/log_inprogress_21");
    assertThatThrownBy(() -> LogFiles.prepare(group))
        .hasMessageContaining("its entries 11 to 20 are missing");
    Files.createFile(group.resolve("sm/snapshot.3_15"));
    Files.createFile(group.resolve("sm/snapshot.3_15.md5"));
    assertThatThrownBy(() -> LogFiles.prepare(group))
        .hasMessageContaining("its entries 16 to 20 are missing");
  }

  @Test
  void leaves_a_directory_that_is_not_there_alone() throws IOException {
    LogFiles.prepare(group.resolve("none"));
    assertThat(group.resolve("none")).doesNotExist();
  }
}
