package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way in which a start, an init or a join fails is one line that says what, which, why and
 * what to do; a daemon that runs already notices nothing.
 */
@Tag("e2e")
@TestInstance(Lifecycle.PER_CLASS)
class StartFailureTest {
  private static final String ADDRESS = DemoSwarm.net(79) + ".1";
  private static final String TCP = ADDRESS + ":2375";
  private static final String TOKEN = "SWMTKN-1-" + "0".repeat(50) + "-" + "0".repeat(25);

  /**
   * Of the files below a running daemon's directory, those that it writes while nothing happens.
   */
  private static final String LOG = "log";

  private Path root = Path.of("/nowhere");
  private @Nullable LoneDaemon running;

  @BeforeAll
  void startOne(@TempDir Path dir) throws IOException {
    root = dir;
    Files.writeString(root.resolve("file"), "");
    Files.createDirectories(root.resolve("odd/membership.json"));
    Path one = Files.createDirectory(root.resolve("one"));
    running = LoneDaemon.start(one, DemoSwarm.engine(), ADDRESS, "--tcp", TCP);
  }

  @AfterAll
  void stopIt() {
    if (running != null) {
      running.close();
    }
  }

  private LoneDaemon one() {
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return running;
  }

  private List<String> filesOfOne() {
    try (Stream<Path> files = Files.walk(root.resolve("one"))) {
      return files.map(Path::toString).filter(name -> !name.endsWith("/" + LOG)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String inRoot(String name) {
    return root.resolve(name).toString();
  }

  Stream<Arguments> options() {
    String deep = inRoot("x".repeat(110));
    return Stream.of(
        failing(
            "the socket of a running daemon",
            List.of("--socket", one().socket().toString()),
            "cannot listen on unix://" + one().socket(),
            "a running daemon does",
            "stop it or choose another path"),
        failing(
            "a file where the socket should be",
            List.of("--socket", inRoot("file")),
            "cannot listen on unix://" + inRoot("file"),
            "not a socket",
            "remove it or choose another path"),
        failing(
            "a socket below a file",
            List.of("--socket", inRoot("file") + "/skep.sock"),
            "cannot listen on unix://" + inRoot("file"),
            "choose another path"),
        failing(
            "a socket with a long path",
            List.of("--socket", deep),
            "cannot listen on unix://" + deep,
            "choose another path"),
        failing(
            "a tcp port that is taken",
            List.of("--tcp", TCP),
            "cannot listen on tcp://" + TCP + ": address already in use",
            "give another address"),
        failing(
            "a tcp address of the network",
            List.of("--tcp", "10.9.9.9:2375"),
            "tcp: 10.9.9.9 is not a loopback IPv4 address"),
        failing(
            "a tcp port that is none",
            List.of("--tcp", "127.0.0.1:99999"),
            "tcp: \"127.0.0.1:99999\" is not HOST:PORT, such as 127.0.0.1:2375"),
        failing(
            "an address that is not this host's",
            List.of("--address", "10.9.9.9"),
            "address: 10.9.9.9 is not a loopback IPv4 address"),
        failing(
            "an engine over TCP",
            List.of("--engine", "tcp://127.0.0.1:2375"),
            "engine: \"tcp://127.0.0.1:2375\" is not a Unix socket",
            "give unix:///path/to/docker.sock"),
        failing(
            "the data directory of a running daemon",
            List.of("--data-dir", one().data().toString()),
            "the data directory " + one().data() + " is in use by another skep daemon",
            "stop that one or give another with --data-dir"),
        failing(
            "a data directory below a file",
            List.of("--data-dir", inRoot("file") + "/data"),
            "cannot use the data directory " + inRoot("file") + "/data",
            "give another with --data-dir"),
        failing(
            "a membership that cannot be read",
            List.of("--data-dir", inRoot("odd")),
            "cannot read " + inRoot("odd") + "/membership.json",
            "is a directory",
            "put a copy of it back"),
        failing(
            "a key that does not exist",
            List.of("--config", config("key.yaml", "sockte: /run/x\n")),
            "cannot read the configuration " + inRoot("key.yaml"),
            "there is no setting \"sockte\""),
        failing(
            "a value of the wrong type",
            List.of("--config", config("type.yaml", "tcp: 127.0.0.1:2375\n")),
            "cannot read the configuration " + inRoot("type.yaml") + ", line 1",
            "tcp must be a list"),
        failing(
            "a tab",
            List.of("--config", config("tab.yaml", "log-level: info\n\ttcp: []\n")),
            "cannot read the configuration " + inRoot("tab.yaml") + ", line 2",
            "TAB"),
        failing(
            "an option that does not exist",
            List.of("--sockte", "/run/x"),
            "--sockte",
            "'skep daemon --help' lists the options"));
  }

  private static Arguments failing(String name, List<String> options, String... words) {
    return Arguments.of(name, options, List.of(words));
  }

  private String config(String name, String text) {
    try {
      return Files.writeString(root.resolve(name), text).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a daemon is given beside the options of a case, all of it fit. */
  private List<String> command(List<String> options) {
    List<String> all = new ArrayList<>();
    given(all, options, "--data-dir", inRoot("two/data"));
    given(all, options, "--socket", inRoot("two/skep.sock"));
    given(all, options, "--engine", DemoSwarm.engine());
    given(all, options, "--address", DemoSwarm.net(79) + ".2");
    all.addAll(options);
    return LoneDaemon.command(all.toArray(String[]::new));
  }

  private static void given(List<String> all, List<String> options, String name, String value) {
    if (!options.contains(name)) {
      all.add(name);
      all.add(value);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("options")
  void a_start_that_fails_says_why_in_one_line(
      String name, List<String> options, List<String> words) {
    List<String> before = filesOfOne();
    Command.Result failed = Command.run(Map.of(), command(options));
    assertOneLine(failed, words);
    assertThat(filesOfOne()).as("what the running daemon keeps").isEqualTo(before);
    assertThat(one().docker("version", "--format", "{{.Server.Version}}")).isNotEmpty();
  }

  private static void assertOneLine(Command.Result failed, List<String> words) {
    assertThat(failed.status()).as(failed.output()).isBetween(1, 2);
    assertThat(failed.lines()).hasSize(1);
    assertThat(failed.output())
        .startsWith("skep: ")
        .contains(words)
        .doesNotContain("Exception", "dev.skep", "java.", "failed with error");
  }

  /**
   * Root may do all, so somebody else tries: the directory is root's own. Where the project itself
   * lies in a place of root's own, he cannot even begin.
   */
  @Test
  void a_data_directory_of_somebody_else_is_named() {
    List<String> as =
        new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    List<String> begin = new ArrayList<>(as);
    begin.addAll(List.of(DemoSwarm.home().resolve("bin/skep").toString(), "--version"));
    assumeThat(Command.run(Map.of(), begin).status()).isZero();
    as.addAll(command(List.of("--socket", "/tmp/skep-nobody.sock")));
    assertOneLine(
        Command.run(Map.of(), as),
        List.of(
            "cannot use the data directory " + inRoot("two/data"),
            "permission denied",
            "run as a user who may write there"));
  }

  @Test
  void without_an_engine_s_socket_it_starts_and_says_what_is_there() throws IOException {
    Path dir = Files.createDirectory(root.resolve("three"));
    String file = inRoot("file");
    try (LoneDaemon daemon = LoneDaemon.start(dir, "unix://" + file, DemoSwarm.net(79) + ".3")) {
      assertThat(daemon.log())
          .contains("but what is at " + file + " is no socket of a Docker Engine")
          .contains("--engine")
          .doesNotContain("Exception");
      assertThat(daemon.docker("info", "--format", "{{json .Warnings}}")).contains(file);
    }
  }

  // ------------------------------------------------------------------ init and join

  /** The command's answer is one line, and the host is in no swarm. */
  private void assertRefused(Command.Result refused, String... words) {
    assertThat(refused.status()).as(refused.output()).isEqualTo(1);
    assertThat(refused.lines()).hasSize(1);
    assertThat(refused.output())
        .startsWith("Error response from daemon: ")
        .contains(words)
        .doesNotContain("Exception", "bug", "failed with error");
    assertThat(one().docker("info", "--format", "{{.Swarm.LocalNodeState}}")).isEqualTo("inactive");
    assertThat(one().data().resolve("membership.json")).doesNotExist();
    assertThat(one().data().resolve("store")).doesNotExist();
    assertThat(one().log()).doesNotContain("\tat ", "Exception");
  }

  private Command.Result init() {
    return one().tryDocker("swarm", "init", "--advertise-addr", ADDRESS);
  }

  @Test
  void an_init_is_refused_where_a_port_is_taken() throws IOException {
    for (int port : List.of(2377, 5701)) {
      try (var taken = new ServerSocket(port, 1, InetAddress.getByName(ADDRESS))) {
        assertRefused(
            init(), ADDRESS + ":" + taken.getLocalPort(), "address already in use", "free it");
      }
    }
  }

  private Command.Result join(String where) {
    return one().tryDocker("swarm", "join", "--advertise-addr", ADDRESS, "--token", TOKEN, where);
  }

  @Test
  void a_join_is_refused_where_no_manager_is() throws IOException {
    assertRefused(
        join(TCP),
        "what answers at " + TCP + " is no manager of a Skep swarm (HTTP 400)",
        "give the address and control port of one");
    assertRefused(
        join(ADDRESS + ":9"),
        "cannot reach a manager at " + ADDRESS + ":9: connection refused",
        "check that its daemon runs");
    try (var greeter = new Greeter(ADDRESS)) {
      assertRefused(join(greeter.place()), greeter.place());
    }
  }

  @Test
  void a_join_without_a_token_says_that_one_is_necessary() {
    assertRefused(
        one().tryDocker("swarm", "join", "--advertise-addr", ADDRESS, ADDRESS + ":2377"),
        "A valid join token is necessary to join this cluster",
        "docker swarm join-token worker");
  }

  /** Speaks first and something else than HTTP, as SSH does. */
  private static final class Greeter implements AutoCloseable {
    private final ServerSocket socket;

    Greeter(String address) throws IOException {
      socket = new ServerSocket(0, 1, InetAddress.getByName(address));
      Thread.ofVirtual().start(this::greet);
    }

    String place() {
      return socket.getInetAddress().getHostAddress() + ":" + socket.getLocalPort();
    }

    private void greet() {
      try (var client = socket.accept()) {
        client
            .getOutputStream()
            .write("SSH-2.0-OpenSSH_9.2\r\n".getBytes(StandardCharsets.US_ASCII));
        client.getInputStream().readAllBytes();
      } catch (IOException e) {
        // The test is over, or the client has gone.
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
