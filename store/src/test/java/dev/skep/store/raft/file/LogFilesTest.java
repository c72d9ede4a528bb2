package dev.skep.store.raft.file;

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
    LogFiles.look(group).repair();
    assertThat(logs()).containsExactly("log_21-30", "log_inprogress_31");
  }

  @Test
  void removes_nothing_for_a_snapshot_that_was_not_finished() throws IOException {
    files("current/log_0-10", "current/log_inprogress_11", "sm/snapshot.1_10");
    LogFiles.look(group).repair();
    assertThat(logs()).containsExactly("log_0-10", "log_inprogress_11");
  }

  @Test
  void names_the_entries_that_are_missing() throws IOException {
    files("current/log_0-10", "current/log_inprogress_21");
    assertThatThrownBy(() -> LogFiles.look(group))
        .hasMessageContaining("its entries 11 to 20 are missing");
    Files.createFile(group.resolve("sm/snapshot.3_15"));
    Files.createFile(group.resolve("sm/snapshot.3_15.md5"));
    assertThatThrownBy(() -> LogFiles.look(group))
        .hasMessageContaining("its entries 16 to 20 are missing");
  }

  @Test
  void keeps_a_segment_when_the_snapshot_has_all() throws IOException {
    files("current/log_0-10", "current/log_11-20", "sm/snapshot.1_20", "sm/snapshot.1_20.md5");
    LogFiles.look(group).repair();
    assertThat(logs()).containsExactly("log_11-20");
  }

  @Test
  void knows_where_the_log_ends() throws IOException {
    files("current/log_0-10", "current/log_inprogress_11", "sm/snapshot.1_5");
    assertThat(LogFiles.look(group).end()).isEqualTo(10);
    Files.delete(group.resolve("current/log_inprogress_11"));
    assertThat(LogFiles.look(group).end()).isEqualTo(10);
    Files.delete(group.resolve("current/log_0-10"));
    assertThat(LogFiles.look(group).end()).isEqualTo(5);
  }

  @Test
  void a_log_that_lost_its_end_is_refused() throws IOException {
    files("current/log_0-10", "current/log_11-20", "sm/snapshot.1_5");
    LogFiles log = LogFiles.look(group);
    log.requireUpTo(20, true);
    log.requireUpTo(LastEntry.UNKNOWN, true);
    assertThatThrownBy(() -> log.requireUpTo(21, true))
        .hasMessageContaining("ends with entry 20, and the last one that was acknowledged is 21");
  }

  @Test
  void a_log_that_ends_before_its_snapshot_is_refused() throws IOException {
    files("current/log_0-10", "sm/snapshot.1_25", "sm/snapshot.1_25.md5");
    LogFiles log = LogFiles.look(group);
    assertThatThrownBy(() -> log.requireUpTo(LastEntry.UNKNOWN, true))
        .hasMessageContaining("ends with entry 10, before its own snapshot of entry 25");
  }

  @Test
  void a_snapshot_without_a_log_is_no_whole_store_unless_it_is_known_to_be_all()
      throws IOException {
    files("sm/snapshot.1_25", "sm/snapshot.1_25.md5");
    LogFiles log = LogFiles.look(group);
    log.requireSome(25);
    log.requireUpTo(25, true);
    assertThatThrownBy(() -> log.requireSome(LastEntry.UNKNOWN)).hasMessageContaining("is missing");
    assertThatThrownBy(() -> log.requireUpTo(26, true)).hasMessageContaining("entries are missing");
  }
}
