package dev.skep.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The engine of this host, and a small image for tests. */
public final class EngineLive {
  public static final Path SOCKET =
      Path.of(
          Optional.ofNullable(System.getenv("SKEP_ENGINE"))
              .orElse("unix:///var/run/docker.sock")
              .substring("unix://".length()));
  public static final String IMAGE = "skep-node-test:1";

  private static final List<String> APPLETS =
      List.of(
          "sh",
          "sleep",
          "cat",
          "ls",
          "stat",
          "grep",
          "nslookup",
          "wget",
          "httpd",
          "true",
          "false",
          "hostname",
          "env",
          "test",
          "touch",
          "id",
          "kill");

  private EngineLive() {}

  /**
   * Imports the image unless the engine has it: busybox and its applets, nothing from a registry.
   */
  public static void makeImage(Path scratch) throws Exception {
    if (docker("image", "inspect", IMAGE).code() == 0) {
      return;
    }
    Path root = scratch.resolve("image");
    Path bin = Files.createDirectories(root.resolve("bin"));
    Files.createDirectories(root.resolve("tmp"));
    Files.createDirectories(root.resolve("etc"));
    Path busybox =
        Files.exists(Path.of("/usr/bin/busybox"))
            ? Path.of("/usr/bin/busybox")
            : Path.of("/bin/busybox");
    Files.copy(busybox, bin.resolve("busybox"));
    for (String applet : APPLETS) {
      Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
    }
    Path tar = scratch.resolve("image.tar");
    check(run(List.of("tar", "-C", root.toString(), "-cf", tar.toString(), ".")));
    check(
        docker(
            "import",
            "--change",
            "CMD [\"sleep\", \"1000000\"]",
            "--change",
            "ENV PATH=/bin",
            tar.toString(),
            IMAGE));
  }

  public static void removeImage() throws Exception {
    docker("image", "rm", IMAGE);
  }

  public record Outcome(int code, String output) {}

  public static Outcome docker(String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of("docker", "-H", "unix://" + SOCKET));
    command.addAll(List.of(args));
    return run(command);
  }

  /** Runs a docker command that must succeed, and gives its output. */
  public static String output(String... args) throws Exception {
    return check(docker(args));
  }

  private static String check(Outcome outcome) {
    if (outcome.code() != 0) {
      throw new AssertionError(outcome.output());
    }
    return outcome.output().strip();
  }

  private static Outcome run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command + " did not end");
    }
    return new Outcome(process.exitValue(), output);
  }
}
