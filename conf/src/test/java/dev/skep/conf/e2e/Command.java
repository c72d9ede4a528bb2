package dev.skep.conf.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One run of a program. */
public final class Command {
  private static final Duration BOUND = Duration.ofMinutes(5);

  /** How a run ended: its exit status and all that it printed, on either stream. */
  public record Result(int status, String output) {
    public List<String> lines() {
      return output.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }
  }

  private Command() {}

  /** Runs to the end; throws AssertionError with the output when the status is not 0. */
  public static Result succeed(Map<String, String> environment, List<String> words) {
    Result result = run(environment, words);
    if (result.status() != 0) {
      throw new AssertionError(String.join(" ", words) + " failed:\n" + result.output());
    }
    return result;
  }

  public static Result run(Map<String, String> environment, List<String> words) {
    return run(environment, words, "");
  }

  public static Result run(Map<String, String> environment, List<String> words, String input) {
    try {
      // A file, not a pipe: a daemon that a script leaves behind must not keep the reader waiting.
      Path output = Files.createTempFile("skep-e2e", ".out");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (var stdin = process.getOutputStream()) {
          stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError(
              String.join(" ", words) + " did not end; so far:\n" + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + words, e);
    }
  }
}
