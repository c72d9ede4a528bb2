package dev.skep.conf.e2e;

import dev.skep.testkit.Await;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A demo of the tests' own, beside whatever else runs here: other addresses, another directory, the
 * same scripts.
 */
final class DemoSwarm {
  static final int NODES = 3;
  static final int WEB_PORT = 8080;
  static final String IMAGE = "localhost/skep/shop:1";

  /** A service's replicas run; on two busy cores, with an image that is there. */
  static final Duration CONVERGES = Duration.ofSeconds(60);

  /** A node is found dead (its lease runs out) and its tasks run elsewhere. */
  static final Duration FAILS_OVER = Duration.ofSeconds(90);

  // Surefire runs a module's tests in the module's directory.
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

  private final String net;
  private final Path dir;

  /**
   * Three numbers of a loopback network for this run of the tests: two runs on one machine do not
   * meet.
   */
  static String net(int second) {
    return "127." + second + "." + ProcessHandle.current().pid() % 250;
  }

  /**
   * @param net three numbers of a loopback network; the nodes are .2, .3 and .4 of it
   * @param dir holds the demo's state; must not exist
   */
  DemoSwarm(String net, Path dir) {
    this.net = net;
    this.dir = dir;
  }

  static Path home() {
    return HOME;
  }

  static String engine() {
    String named = System.getenv("SKEP_ENGINE");
    return named == null ? "unix:///var/run/docker.sock" : named;
  }

  Path dir() {
    return dir;
  }

  /** `skep demo` with more words. */
  Command.Result demo(String... words) {
    return Command.run(environment(), skep(words));
  }

  Command.Result demoSucceeds(String... words) {
    return Command.succeed(environment(), skep(words));
  }

  Map<String, String> environment() {
    return Map.of("SKEP_DEMO_DIR", dir.toString(), "SKEP_DEMO_NET", net, "SKEP_NO_INSTALL", "1");
  }

  private static List<String> skep(String... words) {
    var all = new ArrayList<>(List.of(HOME.resolve("bin/skep").toString(), "demo"));
    all.addAll(List.of(words));
    return all;
  }

  String address(int node) {
    return net + "." + (node + 1);
  }

  /** Runs the docker command against the manager; returns what it printed. */
  String docker(String... words) {
    return dockerOn(1, words);
  }

  String dockerOn(int node, String... words) {
    return Command.succeed(Map.of(), dockerWords("unix://" + socket(node), words)).output().strip();
  }

  Command.Result tryDocker(String... words) {
    return Command.run(Map.of(), words(words));
  }

  /** The whole of a docker command against the manager. */
  List<String> words(String... words) {
    return dockerWords("unix://" + socket(1), words);
  }

  Command.Result tryDockerWithInput(String input, String... words) {
    return Command.run(Map.of(), words(words), input);
  }

  /** The words of a docker command against the manager, for a program that runs it. */
  List<String> dockerCommand(String... words) {
    return dockerWords("unix://" + socket(1), words);
  }

  /** The docker command against the engine itself, behind Skep's back. */
  static Command.Result onEngine(String... words) {
    return Command.succeed(Map.of(), dockerWords(engine(), words));
  }

  /** The same, whatever becomes of it. */
  static Command.Result tryOnEngine(String... words) {
    return Command.run(Map.of(), dockerWords(engine(), words));
  }

  private static List<String> dockerWords(String host, String... words) {
    var all = new ArrayList<>(List.of("docker", "-H", host));
    all.addAll(Arrays.asList(words));
    return all;
  }

  Path socket(int node) {
    return dir.resolve("node-" + node).resolve("skep.sock");
  }

  /** Ends a node's daemon as a crash would. */
  void kill(int node) {
    ProcessHandle daemon = ProcessHandle.of(pid(node)).orElseThrow();
    daemon.destroyForcibly();
    daemon.onExit().join();
  }

  long pid(int node) {
    try {
      return Long.parseLong(Files.readString(dir.resolve("node-" + node).resolve("pid")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String nodeId(int node) {
    try {
      return Files.readString(dir.resolve("node-" + node).resolve("id")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replicas of a service as `service ls` has them, such as 6/6; empty when there is none. */
  String replicas(String service) {
    return docker(
            "service", "ls", "--filter", "name=" + service, "--format", "{{.Name}} {{.Replicas}}")
        .lines()
        .filter(line -> line.startsWith(service + " "))
        .map(line -> line.split(" ")[1])
        .findFirst()
        .orElse("");
  }

  void awaitReplicas(String service, int count) {
    String all = count + "/" + count;
    Await.until(service + " runs " + all, CONVERGES, () -> replicas(service), all::equals);
  }

  /** The tasks of a service that should run, as `service ps` has them: name, node and state. */
  List<JsonObject> wantedTasks(String service) {
    return docker(
            "service",
            "ps",
            "--no-trunc",
            "--filter",
            "desired-state=running",
            "--format",
            "{{json .}}",
            service)
        .lines()
        .map(JsonObject::new)
        .toList();
  }

  /** Names of a service's running containers, straight from the engine: name.slot.task. */
  List<String> containers(String service) {
    return ownContainers("ps", "--filter", "label=com.docker.swarm.service.name=" + service);
  }

  /** Names of a stack's containers, stopped ones too, straight from the engine. */
  List<String> containersOfStack(String stack) {
    return ownContainers("ps", "-a", "--filter", "label=com.docker.stack.namespace=" + stack);
  }

  /** Names of all containers, stopped ones too, whose name begins so. */
  List<String> containersNamed(String prefix) {
    return ownContainers("ps", "-a").stream().filter(name -> name.startsWith(prefix)).toList();
  }

  /** Those that this demo's nodes made: another swarm may use the same engine. */
  private List<String> ownContainers(String... ps) {
    Set<String> nodes = Set.of(nodeId(1), nodeId(2), nodeId(3));
    var words = new ArrayList<>(Arrays.asList(ps));
    words.addAll(List.of("--format", "{{.Names}} {{.Label \"com.docker.swarm.node.id\"}}"));
    return onEngine(words.toArray(String[]::new)).lines().stream()
        .map(line -> line.split(" "))
        .filter(columns -> columns.length == 2 && nodes.contains(columns[1]))
        .map(columns -> columns[0])
        .toList();
  }

  /** Asks for the page on a new connection; returns its lines, or throws when it cannot be had. */
  List<String> page(int node) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address(node), WEB_PORT), 2_000);
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write("GET / HTTP/1.0\r\nHost: shop\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int body = answer.indexOf("\r\n\r\n");
      if (!answer.startsWith("HTTP/1.") || !answer.substring(8).startsWith(" 200") || body < 0) {
        throw new IOException("no page from " + address(node) + ": '" + answer + "'");
      }
      return answer.substring(body + 4).lines().toList();
    }
  }

  /** The first line of a page, such as "shop_web.2.k3... on node-3"; empty when there is none. */
  String whoAnswers(int node) {
    try {
      return page(node).getFirst();
    } catch (IOException e) {
      return "";
    }
  }
}
