package dev.skep.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Writes that the kernel refuses: in a process whose files may grow to a limit only. */
@Execution(ExecutionMode.CONCURRENT)
class FullDiskTest {
  @TempDir Path directory;

  /** The soft limit is lifted from outside, as somebody makes room on a disk. */
  @Test
  void goes_on_by_itself_when_there_is_room_again() throws Exception {
    Process child = Child.start("ulimit -S -f 2048;", Filling.class, directory, "back");
    List<String> lines = new ArrayList<>();
    for (String line : (Iterable<String>) child.inputReader().lines()::iterator) {
      lines.add(line);
      if (line.equals("failure true")) {
        new ProcessBuilder("prlimit", "--pid", Long.toString(child.pid()), "--fsize=unlimited")
            .start();
      }
    }
    assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();

    assertThat(lines)
        .containsSubsequence(
            "leader true",
            "leader false",
            "failure true",
            "leader true",
            "acknowledged secret1004",
            "failure false",
            "watched true",
            "removed true",
            "closed");
    assertKept(lines);
  }

  @Test
  void fails_clearly_and_acknowledges_nothing_that_is_not_kept() throws Exception {
    // A megabyte, in the shell's units of 512 bytes: less than a segment of the log.
    Process child = Child.start("ulimit -f 2048;", Filling.class, directory);
    List<String> lines = child.inputReader().lines().toList();
    assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();

    assertThat(lines).contains("leader true", "leader false").endsWith("closed");
    assertThat(lines).noneMatch(line -> line.startsWith("unexpected"));
    List<String> failed = lines.stream().filter(line -> line.startsWith("failed")).toList();
    assertThat(failed)
        .hasSizeGreaterThanOrEqualTo(5)
        .allMatch(line -> line.contains("the store's log cannot be written"));
    assertKept(lines);
  }

  private void assertKept(List<String> lines) throws Exception {
    List<String> acknowledged =
        lines.stream()
            .filter(line -> line.startsWith("acknowledged "))
            .map(line -> line.substring("acknowledged ".length()))
            .toList();
    assertThat(acknowledged).isNotEmpty();

    RaftStore store =
        Stores.open(Stores.options(directory))
            .toCompletionStage()
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
    try {
      assertThat(acknowledged).allMatch(id -> store.state().secret(id).isPresent());
      assertThat(store.state().secret("gone")).isEmpty();
    } finally {
      store.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }
}
