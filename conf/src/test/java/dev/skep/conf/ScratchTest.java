package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchTest {
  private final String before = System.getProperty("java.io.tmpdir");

  @TempDir Path dataDir;

  @AfterEach
  void restore() {
    System.setProperty("java.io.tmpdir", before);
  }

  @Test
  void holds_what_a_killed_daemon_left_until_the_next_start() throws IOException {
    Path first = Scratch.open(dataDir);
    Path left = Files.createDirectories(first.resolve("vertx-cache-1/deep"));
    Files.writeString(left.resolve("file"), "left");

    Path second = Scratch.open(dataDir);

    assertThat(second).isEqualTo(first).isEmptyDirectory();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(second)))
        .isEqualTo("rwx------");
    assertThat(Path.of(System.getProperty("java.io.tmpdir"))).isEqualTo(second);
  }

  @Test
  void takes_the_directories_that_vertx_makes() throws Exception {
    Path scratch = Scratch.open(dataDir);

    Vertx vertx = Vertx.vertx();

    try {
      assertThat(scratch).isDirectoryContaining("glob:**/vertx-cache-*");
    } finally {
      vertx.close().await();
    }
  }
}
