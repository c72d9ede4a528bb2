import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The daemon under test, and how its memory and its lists are read. */
final class Manager {
  private static final int READY_SECONDS = 600;

  final Path socket;
  private final Path dir;
  private final ProcessBuilder command;
  private final Path log;
  private Process process;

  Manager(String skep, Path dir, String engine) {
    this.dir = dir;
    this.socket = dir.resolve("skep.sock");
    this.log = dir.resolve("log");
    this.command =
        new ProcessBuilder(
                skep, "daemon", "--data-dir", dir.resolve("data").toString(), "--socket", socket.toString(),
                "--engine", engine, "--address", "127.46.0.1", "--name", "soak")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
  }

  /** Returns the seconds until it answers. */
  double start() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Files.deleteIfExists(log);
    process = command.start();
    Files.writeString(dir.resolve("pid"), Long.toString(process.pid()));
    while (!(Files.exists(log) && Files.readString(log).contains("skep ready"))) {
      if (!process.isAlive() || seconds(begin) > READY_SECONDS) {
        throw new IllegalStateException("the daemon did not get ready:\n" + Files.readString(log));
      }
      Thread.sleep(20);
    }
    return seconds(begin);
  }

  void end(boolean kill) throws InterruptedException {
    if (kill) {
      process.destroyForcibly();
    } else {
      process.destroy();
    }
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the daemon did not end; see " + log);
    }
  }

  boolean alive() {
    return process.isAlive();
  }

  String lastWords() throws IOException {
    return Files.readString(log);
  }

  /**
   * What the daemon has at a moment.
   *
   * @param diskMib of the files in its data directory
   */
  record Usage(double rssMib, long threads, long descriptors, double diskMib) {}

  Usage usage() throws IOException {
    Path proc = Path.of("/proc/" + process.pid());
    List<String> status = Files.readAllLines(proc.resolve("status"));
    long descriptors;
    try (Stream<Path> open = Files.list(proc.resolve("fd"))) {
      descriptors = open.count();
    }
    return new Usage(
        number(status, "VmRSS:") / 1024.0, number(status, "Threads:"), descriptors, disk() / 1048576.0);
  }

  private static long number(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** Files that go while they are counted do not count. */
  private long disk() throws IOException {
    try (Stream<Path> files = Files.walk(dir.resolve("data"))) {
      return files.mapToLong(file -> Files.isRegularFile(file) ? file.toFile().length() : 0).sum();
    } catch (UncheckedIOException e) {
      return disk();
    }
  }

  /** What a list held: how many elements, and how many bytes it had. */
  record Listed(long elements, long bytes, double seconds) {}

  /** Reads a list by curl, which keeps nothing of it. */
  Listed list(String path) {
    byte[] mark = "{\"ID\":\"".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    long begin = System.nanoTime();
    long elements = 0;
    long bytes = 0;
    try {
      Process curl =
          new ProcessBuilder("curl", "-sSf", "--unix-socket", socket.toString(), "http://skep/v1.41" + path)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      int matched = 0;
      byte[] part = new byte[1 << 16];
      try (InputStream in = curl.getInputStream()) {
        for (int n = in.read(part); n >= 0; n = in.read(part)) {
          bytes += n;
          for (int i = 0; i < n; i++) {
            matched = part[i] == mark[matched] ? matched + 1 : part[i] == mark[0] ? 1 : 0;
            if (matched == mark.length) {
              elements++;
              matched = 0;
            }
          }
        }
      }
      if (curl.waitFor() != 0) {
        throw new IllegalStateException("GET " + path + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new Listed(elements, bytes, seconds(begin));
  }

  static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }
}
