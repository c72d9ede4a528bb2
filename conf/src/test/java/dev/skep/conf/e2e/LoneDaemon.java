package dev.skep.conf.e2e;

import dev.skep.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One daemon of the tests' own, in no swarm at first. */
final class LoneDaemon implements AutoCloseable {
  private static final Duration STARTS = Duration.ofSeconds(60);

  private final Path dir;
  private final Process process;

  private LoneDaemon(Path dir, Process process) {
    this.dir = dir;
    this.process = process;
  }

  /** `skep daemon` with these options. */
  static List<String> command(String... options) {
    List<String> words = new ArrayList<>();
    words.add(DemoSwarm.home().resolve("bin/skep").toString());
    words.add("daemon");
    words.addAll(Arrays.asList(options));
    return words;
  }

  /**
   * Returns when it is ready.
   *
   * @param dir exists; takes its data, socket and log
   * @param engine such as {@link DemoSwarm#engine}
   * @param address its own
   */
  static LoneDaemon start(Path dir, String engine, String address, String... more) {
    List<String> words =
        command(
            "--data-dir",
            dir.resolve("data").toString(),
            "--socket",
            dir.resolve("skep.sock").toString(),
            "--engine",
            engine,
            "--address",
            address);
    words.addAll(Arrays.asList(more));
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(dir.resolve("log").toFile())
              .start();
      LoneDaemon daemon = new LoneDaemon(dir, process);
      try {
        Await.until("the daemon is ready", STARTS, daemon::log, log -> log.contains("skep ready"));
        return daemon;
      } catch (RuntimeException | Error e) {
        process.destroy();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String log() {
    try {
      return Files.readString(dir.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path data() {
    return dir.resolve("data");
  }

  Path socket() {
    return dir.resolve("skep.sock");
  }

  /** Runs the docker command against it, whatever becomes of it. */
  Command.Result tryDocker(String... words) {
    return Command.run(Map.of(), words(words));
  }

  String docker(String... words) {
    return Command.succeed(Map.of(), words(words)).output().strip();
  }

  private List<String> words(String... words) {
    List<String> all = new ArrayList<>(List.of("docker", "-H", "unix://" + socket()));
    all.addAll(Arrays.asList(words));
    return all;
  }

  /** Leaves its swarm, which takes its containers along, and ends. */
  @Override
  public void close() {
    tryDocker("swarm", "leave", "--force");
    process.destroy();
    try {
      if (!process.waitFor(STARTS.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
