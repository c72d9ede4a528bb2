package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bin/parts/demo.sh makes of a daemon that does not get ready; the daemons are scripts. */
class DemoStartTest {
  @TempDir Path dir;

  /**
   * Starts and awaits node 1.
   *
   * @param before shell commands after the parts are there
   * @param daemon what stands for bin/skep
   */
  private Command.Result start(String before, String daemon) throws IOException {
    Path home = Files.createDirectories(dir.resolve("home/bin"));
    Path skep = Files.writeString(home.resolve("skep"), "#!/bin/sh\n" + daemon + "\n");
    Files.setPosixFilePermissions(skep, PosixFilePermissions.fromString("rwxr-xr-x"));
    String script =
        """
        set -euo pipefail
        home=%1$s/home engine=unix:///nowhere SKEP_DEMO_DIR=%1$s/demo
        source %2$s/bin/parts/say.sh
        source %2$s/bin/parts/demo.sh
        %3$s
        start_node 1
        await_node 1 "the way out"
        echo node-1 is ready
        """
            .formatted(dir, DemoSwarm.home(), before);
    return Command.run(Map.of(), List.of("bash", "-c", script));
  }

  @Test
  void the_last_words_of_a_daemon_that_ended_are_shown() throws IOException {
    Command.Result failed =
        start("", "echo 'skep: the store in /x is of a newer version' >&2; exit 1");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.lines())
        .containsExactly(
            "| skep: the store in /x is of a newer version",
            "skep: the daemon of node-1 ended before it was ready (its last words are above).",
            "the way out");
  }

  @Test
  void a_daemon_that_ended_without_a_word_is_said_to() throws IOException {
    Command.Result failed = start("", "exit 1");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.output())
        .contains(
            "the daemon of node-1 ended before it was ready, and said nothing",
            dir + "/demo/node-1/log",
            "the way out")
        .doesNotContain("above");
  }

  @Test
  void one_that_takes_too_long_has_its_words_shown_too() throws IOException {
    Command.Result failed =
        start("node_ready_seconds=0; trap 'kill %1' EXIT", "echo reading; exec sleep 20");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.output()).contains("the daemon of node-1 was not ready after 0 s");
  }

  /** It was taken for dead as long as its process was not yet called after its directory. */
  @Test
  void one_that_is_slow_to_begin_is_not_taken_for_dead() throws IOException {
    Command.Result started =
        start("setsid() { sleep 0.3; command setsid \"$@\"; }", "echo skep ready; exec sleep 1");
    assertThat(started.status()).as(started.output()).isZero();
    assertThat(started.output()).contains("node-1 is ready");
  }
}
