package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
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

  /** In a JVM of its own: libraries read the property once. */
  @Test
  void takes_the_directories_that_vertx_makes() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Starting.class.getName(),
                dataDir.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();

    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(said).startsWith(dataDir.resolve("tmp").resolve("vertx-cache-").toString());
    assertThat(child.waitFor()).isZero();
  }

  /** Starts a Vert.x on a scratch directory and prints what is in it then. */
  static final class Starting {
    private Starting() {}

    public static void main(String[] arguments) throws Exception {
      Path scratch = Scratch.open(Path.of(arguments[0]));
      Vertx vertx = Vertx.vertx();
      try (Stream<Path> made = Files.list(scratch)) {
        made.map(Path::toString)
            .filter(name -> name.contains("cache"))
            .forEach(System.out::println);
      }
      Await.result(vertx.close());
    }
  }
}
