package dev.skep.conf.e2e;

import dev.skep.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A host of its own, as far as one machine can be one: a Docker Engine in a network namespace of
 * its own, and a daemon of Skep that joins a demo's swarm with it.
 */
final class SecondEngine implements AutoCloseable {
  static final String NODE = "node-far";

  private static final Duration STARTS = Duration.ofSeconds(60);

  private final Path dir;
  private final List<Process> processes = new ArrayList<>();

  private SecondEngine(Path dir) {
    this.dir = dir;
  }

  /** Starts both and joins; ready when the node is. */
  static SecondEngine join(DemoSwarm swarm) {
    SecondEngine engine;
    try {
      engine = new SecondEngine(Files.createTempDirectory(Path.of("/var/lib"), "skep-far"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      engine.startEngine();
      engine.takeImage();
      engine.startDaemon(swarm.address(9));
      engine.joinSwarm(swarm);
      return engine;
    } catch (RuntimeException | Error e) {
      engine.close();
      throw e;
    }
  }

  private void startEngine() {
    // Its bridge and its firewall are in the namespace, so the host's are left alone.
    start(
        "engine.log",
        "unshare",
        "--net",
        "dockerd",
        "--host",
        "unix://" + dir.resolve("docker.sock"),
        "--data-root",
        dir.resolve("data").toString(),
        "--exec-root",
        dir.resolve("exec").toString(),
        "--pidfile",
        dir.resolve("pid").toString(),
        "--iptables=false",
        "--ip-forward=false",
        "--ip-masq=false");
    Await.until(
        "the second engine answers",
        STARTS,
        () -> Command.run(Map.of(), engineWords("version")).status(),
        status -> status == 0);
  }

  private void takeImage() {
    Command.succeed(
        Map.of(),
        List.of(
            "sh",
            "-c",
            "docker -H %s save %s | docker -H unix://%s/docker.sock load"
                .formatted(DemoSwarm.engine(), DemoSwarm.IMAGE, dir)));
  }

  private void startDaemon(String address) {
    start(
        "skep.log",
        DemoSwarm.home().resolve("bin/skep").toString(),
        "daemon",
        "--data-dir",
        dir.resolve("skep").toString(),
        "--socket",
        dir.resolve("skep.sock").toString(),
        "--engine",
        "unix://" + dir.resolve("docker.sock"),
        "--address",
        address,
        "--name",
        NODE,
        "--node-generic-resource",
        "gpu=UUID1,gpu=UUID2",
        "--node-generic-resource",
        "ssd=3");
    Await.until(
        "its daemon answers",
        STARTS,
        () -> Command.run(Map.of(), skepWords("version")).status(),
        status -> status == 0);
  }

  private void joinSwarm(DemoSwarm swarm) {
    String token = swarm.docker("swarm", "join-token", "-q", "worker");
    Command.succeed(
        Map.of(), skepWords("swarm", "join", "--token", token, swarm.address(1) + ":2377"));
    Await.until(
        NODE + " is ready",
        STARTS,
        () -> swarm.docker("node", "ls", "--format", "{{.Hostname}} {{.Status}}"),
        nodes -> nodes.contains(NODE + " Ready"));
  }

  private void start(String log, String... words) {
    try {
      processes.add(
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(dir.resolve(log).toFile())
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> engineWords(String... words) {
    return dockerWords("docker.sock", words);
  }

  private List<String> skepWords(String... words) {
    return dockerWords("skep.sock", words);
  }

  private List<String> dockerWords(String socket, String... words) {
    List<String> all = new ArrayList<>(List.of("docker", "-H", "unix://" + dir.resolve(socket)));
    all.addAll(List.of(words));
    return all;
  }

  /** Its engine keeps its connections and answers nothing, as one does whose disk hangs. */
  void freezeEngine() {
    signal("STOP");
  }

  void thawEngine() {
    signal("CONT");
  }

  /** `unshare` became dockerd; the containers and what watches them are other processes. */
  private void signal(String name) {
    Command.succeed(
        Map.of(), List.of("kill", "-" + name, Long.toString(processes.getFirst().pid())));
  }

  /** Runs the docker command against the daemon of Skep's there. */
  Command.Result docker(String... words) {
    return Command.succeed(Map.of(), skepWords(words));
  }

  /** Runs the docker command against the engine itself. */
  Command.Result onEngine(String... words) {
    return Command.succeed(Map.of(), engineWords(words));
  }

  /** Whether the engine has a container of that name, or whose name begins so. */
  boolean has(String name) {
    return Command.succeed(Map.of(), engineWords("ps", "--format", "{{.Names}}")).lines().stream()
        .anyMatch(found -> found.startsWith(name));
  }

  /** The daemon first, which takes its containers along when it leaves; then the engine. */
  @Override
  public void close() {
    Command.run(Map.of(), skepWords("swarm", "leave", "--force"));
    for (Process process : processes.reversed()) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      try {
        if (!process.waitFor(STARTS.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    delete();
  }

  private void delete() {
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
