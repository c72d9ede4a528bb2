package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A stack whose config and secret change under their names, by the unmodified docker command. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class ChangedDataTest {
  private static final String READER = "notes_reader";
  private static final int REPLICAS = 2;

  private final DemoSwarm swarm;

  @TempDir Path files;

  ChangedDataTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @BeforeEach
  void deployFirst() throws IOException {
    Files.writeString(files.resolve("stack.yml"), stack());
    Files.writeString(
        files.resolve("self.txt"),
        "{{.Service.Name}} on {{.Node.Hostname}} is {{env \"MOOD\"}} and knows {{secret \"token\"}}");
    write("first note", "first-hush");
    deploy();
    awaitReaders("first note", "first-hush");
  }

  @AfterEach
  void removeStack() {
    swarm.docker("stack", "rm", "notes");
    Await.until(
        "its containers are gone",
        DemoSwarm.CONVERGES,
        () -> swarm.containersOfStack("notes"),
        List::isEmpty);
  }

  @Test
  void a_changed_stack_rolls_out_and_goes_back_as_one() {
    Set<String> before = Set.copyOf(swarm.containers(READER));
    deploy();
    assertThat(Set.copyOf(swarm.containers(READER))).as("nothing changed").isEqualTo(before);

    write("second note", "second-hush");
    deploy();
    awaitReaders("second note", "second-hush");

    swarm.docker("service", "rollback", "-d", READER);
    awaitReaders("first note", "first-hush");

    // The stack says what it said: the service goes there again.
    deploy();
    awaitReaders("second note", "second-hush");

    assertThat(inside("stat", "-c", "%u %g %a", "/run/secrets/token")).isEqualTo("7 8 440");
    assertThat(inside("mount")).contains("tmpfs on /run/secrets/token");
    assertThat(inside("cat", "/self"))
        .matches("notes_reader on node-[123] is calm and knows second-hush");
    assertThat(filesThatShow("first-hush")).isEmpty();
    assertThat(filesThatShow("second-hush")).isEmpty();
  }

  private static String stack() {
    return """
    version: "3.8"
    services:
      reader:
        image: %s
        entrypoint: ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.2; done"]
        environment: {MOOD: calm}
        configs: [note, self]
        secrets:
          - source: token
            uid: "7"
            gid: "8"
            mode: 0440
        deploy:
          replicas: %d
          update_config: {parallelism: 1, monitor: 1s}
          rollback_config: {parallelism: 0, monitor: 1s}
    configs:
      note:
        file: ./note.txt
      self:
        file: ./self.txt
        template_driver: golang
    secrets:
      token:
        file: ./token.txt
    """
        .formatted(DemoSwarm.IMAGE, REPLICAS);
  }

  /** What a command prints in one of the containers. */
  private String inside(String... words) {
    List<String> all = new ArrayList<>(List.of("exec", swarm.containers(READER).getFirst()));
    all.addAll(List.of(words));
    return DemoSwarm.onEngine(all.toArray(String[]::new)).output().strip();
  }

  private void write(String note, String token) {
    try {
      Files.writeString(files.resolve("note.txt"), note);
      Files.writeString(files.resolve("token.txt"), token);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void deploy() {
    swarm.docker(
        "stack",
        "deploy",
        "--resolve-image",
        "never",
        "-c",
        files.resolve("stack.yml").toString(),
        "notes");
  }

  /** All containers of the service run, and this is what they read. */
  private void awaitReaders(String note, String token) {
    Await.until(
        "all read " + note,
        DemoSwarm.FAILS_OVER,
        () -> swarm.containers(READER).stream().map(ChangedDataTest::reads).toList(),
        all -> all.equals(List.of(note + "|" + token, note + "|" + token)));
  }

  private static String reads(String container) {
    return DemoSwarm.tryOnEngine(
            "exec", container, "sh", "-c", "echo \"$(cat /note)|$(cat /run/secrets/token)\"")
        .output()
        .strip();
  }

  /** The files of the demo, logs included, that hold the text, as it is or in base64. */
  private List<Path> filesThatShow(String text) {
    String base64 = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(swarm.dir())) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (content.contains(text) || content.contains(base64)) {
          found.add(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }
}
