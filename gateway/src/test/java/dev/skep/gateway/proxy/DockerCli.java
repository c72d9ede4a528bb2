package dev.skep.gateway.proxy;

import dev.skep.engine.http.ApiEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The docker command, as users run it, against one socket. */
public final class DockerCli {

  private static final int PATIENCE_SECONDS = 60;

  private final ApiEndpoint host;
  private final Path configuration;

  public DockerCli(ApiEndpoint host, Path configuration) {
    this.host = host;
    this.configuration = configuration;
  }

  /** What a command left behind; its output is read as Latin-1, so any bytes survive in it. */
  public record Outcome(int status, String output, String errors) {}

  /** Runs a command that must succeed and gives its output without surrounding space. */
  public String run(String... arguments) throws Exception {
    var outcome = start(arguments).input(new byte[0]).outcome();
    if (outcome.status() != 0) {
      throw new AssertionError(
          "docker "
              + String.join(" ", arguments)
              + " ended with "
              + outcome.status()
              + ": "
              + outcome.errors());
    }
    return outcome.output().strip();
  }

  public Running start(String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    builder.environment().put("DOCKER_HOST", host.toString());
    builder.environment().put("DOCKER_CONFIG", configuration.toString());
    builder.environment().put("DOCKER_BUILDKIT", "0");
    builder.environment().remove("DOCKER_CONTEXT");
    return new Running(builder.start());
  }

  /** A command that runs. */
  public static final class Running implements AutoCloseable {
    private final Process process;
    private final CompletableFuture<byte[]> errors;

    private Running(Process process) {
      this.process = process;
      this.errors =
          CompletableFuture.supplyAsync(() -> all(process.getErrorStream()), this::inThread);
    }

    /** Feeds standard input and ends it. */
    public Running input(byte[] bytes) throws IOException {
      try (var in = process.getOutputStream()) {
        in.write(bytes);
      }
      return this;
    }

    /** Feeds standard input and leaves it open. */
    public Running type(String text) throws IOException {
      process.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      process.getOutputStream().flush();
      return this;
    }

    /** Waits for the next line of output. */
    public String line() throws IOException {
      var line = new StringBuilder();
      for (var b = process.getInputStream().read();
          b != '\n';
          b = process.getInputStream().read()) {
        if (b < 0) {
          throw new IOException("the output ended behind '" + line + "'");
        }
        line.append((char) b);
      }
      return line.toString().strip();
    }

    /** Waits for the end. */
    public Outcome outcome() throws Exception {
      var output =
          CompletableFuture.supplyAsync(() -> all(process.getInputStream()), this::inThread);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(
            "the docker command did not end; it said: "
                + new String(all(errors), StandardCharsets.ISO_8859_1));
      }
      return new Outcome(
          process.exitValue(),
          new String(all(output), StandardCharsets.ISO_8859_1),
          new String(all(errors), StandardCharsets.ISO_8859_1));
    }

    public void kill() throws InterruptedException {
      process.destroyForcibly();
      process.waitFor();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }

    private void inThread(Runnable task) {
      Thread.ofPlatform().daemon().start(task);
    }

    private static byte[] all(CompletableFuture<byte[]> bytes) throws Exception {
      return bytes.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static byte[] all(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
