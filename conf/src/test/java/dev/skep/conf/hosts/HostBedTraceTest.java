package dev.skep.conf.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.conf.e2e.Command;
import dev.skep.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A bed that is removed leaves nothing on the machine, whatever there was of it. */
@Tag("e2e")
@Tag("hosts")
class HostBedTraceTest {
  private final BedCommand command = BedCommand.ofThisRun();
  private final String trace = "skep-hosts-" + command.bed();
  private final Path dir = dir();

  @AfterEach
  void it_is_removed() {
    command.succeed("down");
  }

  @Test
  void a_bed_with_faults_and_containers_goes_without_a_trace() throws IOException {
    List<String> interfaces = interfaces();
    command.succeed("up", "2", "--no-skep");
    command.succeed("engine", "1", "run", "-d", "skep-hosts:1");
    command.succeed("delay", "1", "20");
    command.succeed("disk", "2", "5m");
    command.succeed("cut", "1", "2");
    command.succeed("pause", "2");
    assertThat(interfaces()).isEqualTo(interfaces);
    assertThat(traces()).isNotEmpty();

    command.succeed("down");

    assertThat(traces()).isEmpty();
    assertThat(interfaces()).isEqualTo(interfaces);
  }

  @Test
  void one_whose_making_broke_half_way_goes_too_and_can_be_made_again() throws Exception {
    Process making =
        new ProcessBuilder(command.words("up", "2", "--no-skep"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Await.until("its first engine begins", () -> Files.exists(dir.resolve("1/engine.pid")));
    making.destroyForcibly().waitFor();
    Files.delete(dir.resolve("number"));

    command.succeed("down");

    assertThat(traces()).isEmpty();
    command.succeed("up", "1", "--no-skep");
    command.succeed("engine", "1", "version");
  }

  /** What runs is found by its namespaces, not by what is written of it. */
  @Test
  void one_of_which_nothing_is_written_goes_too() throws IOException {
    command.succeed("up", "1", "--no-skep");
    Files.move(dir.resolve("number"), dir.resolve("lost"));
    Files.delete(dir.resolve("1/init"));

    command.succeed("down");

    assertThat(traces()).isEmpty();
  }

  private Path dir() {
    String beds = System.getenv("SKEP_HOSTS_DIR");
    return Path.of(beds == null ? "/var/lib/skep-hosts" : beds, command.bed());
  }

  private static List<String> interfaces() {
    return Command.succeed(Map.of(), List.of("ip", "-o", "link")).lines();
  }

  /** Namespaces, mounts, processes, control groups and the directory, by name. */
  private List<String> traces() throws IOException {
    Stream<String> spaces =
        Command.succeed(Map.of(), List.of("ip", "netns")).lines().stream()
            .filter(line -> line.startsWith(trace + "-"));
    Stream<String> mounts =
        Files.readAllLines(Path.of("/proc/mounts")).stream()
            .filter(line -> line.contains(dir.toString()) || line.contains(trace));
    Stream<String> processes =
        ProcessHandle.allProcesses()
            .map(process -> process.pid() + " " + commandLine(process))
            .filter(line -> line.contains(dir + "/") || line.contains(trace));
    return Stream.of(
            spaces, mounts, processes, groups(), Stream.of(dir.toString()).filter(this::exists))
        .flatMap(found -> found)
        .toList();
  }

  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")).replace('\0', ' ');
    } catch (IOException e) {
      // It ended while it was being looked at.
      return "";
    }
  }

  private Stream<String> groups() throws IOException {
    try (Stream<Path> found = Files.list(Path.of("/sys/fs/cgroup"))) {
      return Stream.concat(Stream.of(Path.of("/sys/fs/cgroup")), found.toList().stream())
          .map(root -> root.resolve(trace).toString())
          .filter(this::exists)
          .toList()
          .stream();
    }
  }

  private boolean exists(String path) {
    return Files.exists(Path.of(path));
  }
}
