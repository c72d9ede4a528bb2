package dev.skep.conf.e2e;

import dev.skep.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Debian's docker-registry on a free loopback port, which serves nobody without a password. */
final class PrivateRegistry implements AutoCloseable {
  static final String USER = "bee";
  static final String PASSWORD = "honey-and-wax";

  private static final String PASSWORD_BCRYPT =
      "$2b$05$DsWbDsLOgAmeksIVjvOPXuAb5H1yRiuGGJhFL8/YjzaXjHX2r24Fe";
  private static final Pattern LISTENING = Pattern.compile("listening on (127\\.0\\.0\\.1:\\d+)");
  private static final Duration STARTS = Duration.ofSeconds(20);

  private final Process process;
  private final String host;
  private final Path credentials;

  /**
   * @param dir an empty directory for its images, its log and the docker command's configuration
   */
  PrivateRegistry(Path dir) {
    try {
      Files.writeString(dir.resolve("passwords"), USER + ":" + PASSWORD_BCRYPT + "\n");
      Path config =
          Files.writeString(
              dir.resolve("config.yml"),
              """
              version: 0.1
              storage: {filesystem: {rootdirectory: %1$s/images}}
              http: {addr: "127.0.0.1:0", secret: none}
              auth: {htpasswd: {realm: hive, path: %1$s/passwords}}
              """
                  .formatted(dir));
      Path log = dir.resolve("log");
      this.process =
          new ProcessBuilder("docker-registry", "serve", config.toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      this.host =
          Await.until(
              "the registry listens", STARTS, () -> listening(log), found -> !found.isEmpty());
      this.credentials = Files.createDirectory(dir.resolve("docker"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String listening(Path log) {
    try {
      Matcher matcher = LISTENING.matcher(Files.readString(log));
      return matcher.find() ? matcher.group(1) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The name of an image here, such as 127.0.0.1:41234/hive/shop:1. */
  String image(String name) {
    return host + "/" + name;
  }

  /** Makes the docker command know the password when it runs in {@link #environment}. */
  void login() {
    Command.succeed(
        environment(),
        List.of("docker", "-H", DemoSwarm.engine(), "login", "-u", USER, "-p", PASSWORD, host));
  }

  Map<String, String> environment() {
    return Map.of("DOCKER_CONFIG", credentials.toString());
  }

  /** Pushes the engine's image and removes it from the engine, so that it has to be pulled. */
  void pushAndForget(String image) {
    Command.succeed(environment(), List.of("docker", "-H", DemoSwarm.engine(), "push", image));
    DemoSwarm.onEngine("rmi", image);
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
