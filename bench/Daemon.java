import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A Skep daemon as a process of the benchmark's own. */
final class Daemon {
  final Path socket;
  private final ProcessBuilder command;
  private final Path log;
  private Process process;

  Daemon(Path skep, Path dir, Path engine, String address, String name) {
    this.socket = dir.resolve(name + ".sock");
    this.log = dir.resolve(name + ".log");
    this.command =
        new ProcessBuilder(
                skep.toString(), "daemon", "--data-dir", dir.resolve(name).toString(), "--socket", socket.toString(),
                "--engine", "unix://" + engine, "--address", address, "--name", name)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
  }

  /** Starts it; returns the seconds from the command to its ready line. */
  double start() {
    try {
      Files.deleteIfExists(log);
      long begin = System.nanoTime();
      process = command.start();
      Orchestrator.until(5, "a daemon gets ready; see " + log, this::isReady);
      return Orchestrator.seconds(begin);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isReady() {
    try {
      if (!process.isAlive()) {
        throw new IllegalStateException("the daemon died:\n" + Files.readString(log));
      }
      return Files.exists(log) && Files.readString(log).contains("skep ready");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void stop() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new IllegalStateException("the daemon did not end within 30 s of SIGTERM; see " + log);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What it has used of all cores since its start. */
  double processorSeconds() {
    return process.info().totalCpuDuration().orElseThrow().toMillis() / 1000.0;
  }

  long pid() {
    return process.pid();
  }
}
