package dev.skep.gateway.proxy;

import static dev.skep.gateway.proxy.ProxyFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.gateway.engine.EngineProxy;
import dev.skep.gateway.proxy.route.LocalRoutes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The docker command through the gateway's socket, on a real engine: as if Skep were not there. */
@Tag("engine")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerCliTest {

  private static final String RUN = "skep-proxy-" + ProcessHandle.current().pid();
  private static final String IMAGE = RUN + ":image";
  private static final String LABEL = "dev.skep.test=" + RUN;

  private Path directory;
  private ProxyFixture fixture;
  private DockerCli docker;

  /** What the gateway claims of the engine's API: nothing here. */
  LocalRoutes routes(AtomicReference<EngineProxy> proxy) {
    return ProxyFixture.NONE;
  }

  @BeforeAll
  void opens_the_gateway_and_imports_an_image(@TempDir Path temporary) throws Exception {
    directory = temporary;
    var engine =
        Optional.ofNullable(System.getenv("SKEP_ENGINE")).orElse("unix:///var/run/docker.sock");
    var proxy = new AtomicReference<EngineProxy>();
    fixture = new ProxyFixture(directory, ApiEndpoint.parse(engine), routes(proxy));
    proxy.set(fixture.proxy);
    docker =
        new DockerCli(new ApiEndpoint.Unix(fixture.socket), directory.resolve("configuration"));
    var root = Files.createDirectories(directory.resolve("root/bin"));
    Files.copy(busybox(), root.resolve("busybox"));
    for (var name : new String[] {"sh", "cat", "echo", "sleep", "seq", "wc", "true"}) {
      Files.createSymbolicLink(root.resolve(name), Path.of("busybox"));
    }
    var tar = directory.resolve("root.tar");
    assertThat(
            new ProcessBuilder(
                    "tar", "-C", directory.resolve("root").toString(), "-cf", tar.toString(), ".")
                .start()
                .waitFor())
        .isZero();
    docker.run("import", tar.toString(), IMAGE);
  }

  @AfterAll
  void removes_the_image() throws Exception {
    docker.run("rmi", "-f", IMAGE);
    fixture.close();
  }

  @AfterEach
  void removes_containers_and_leaves_no_connection() throws Exception {
    for (var id : docker.run("ps", "-aq", "--filter", "label=" + LABEL).lines().toList()) {
      docker.run("rm", "-f", id);
    }
    eventually("every client is gone", () -> fixture.server.clients() == 0);
  }

  @Test
  void run_prints_what_comes_after_the_end_of_its_input() throws Exception {
    var input = "line\n".repeat(200_000);
    var outcome =
        docker
            .start(
                "run",
                "--rm",
                "-i",
                "--label",
                LABEL,
                IMAGE,
                "sh",
                "-c",
                "wc -c; sleep 1; echo late; exit 7")
            .input(input.getBytes(StandardCharsets.UTF_8))
            .outcome();
    assertThat(outcome.output()).isEqualTo("1000000\nlate\n");
    assertThat(outcome.status()).isEqualTo(7);
  }

  @Test
  void run_keeps_output_and_errors_apart_and_gives_a_terminal() throws Exception {
    var outcome =
        docker
            .start("run", "--rm", "--label", LABEL, IMAGE, "sh", "-c", "echo out; echo err >&2")
            .input(new byte[0])
            .outcome();
    assertThat(outcome.output()).isEqualTo("out\n");
    assertThat(outcome.errors()).isEqualTo("err\n");
    assertThat(
            docker.run(
                "run",
                "--rm",
                "-t",
                "--label",
                LABEL,
                IMAGE,
                "sh",
                "-c",
                "[ -t 1 ] && echo terminal"))
        .isEqualTo("terminal");
  }

  @Test
  void exec_reads_its_input_to_the_end() throws Exception {
    var container = sleeper();
    var outcome =
        docker
            .start("exec", "-i", container, "sh", "-c", "cat; echo after; exit 3")
            .input("typed\n".getBytes(StandardCharsets.UTF_8))
            .outcome();
    assertThat(outcome.output()).isEqualTo("typed\nafter\n");
    assertThat(outcome.status()).isEqualTo(3);
    var refused = docker.start("exec", RUN + "-missing", "true").input(new byte[0]).outcome();
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).contains("No such container: " + RUN + "-missing");
  }

  @Test
  void attach_types_into_a_running_container() throws Exception {
    var container =
        docker.run(
            "create",
            "-i",
            "--label",
            LABEL,
            IMAGE,
            "sh",
            "-c",
            "while read x; do echo got $x; done; echo end");
    docker.run("start", container);
    try (var attached = docker.start("attach", container).type("one\n")) {
      assertThat(attached.line()).isEqualTo("got one");
      attached.type("two\n");
      assertThat(attached.line()).isEqualTo("got two");
      attached.input(new byte[0]);
      assertThat(attached.outcome().output()).isEqualTo("end\n");
    }
  }

  @Test
  void logs_follow_until_the_container_stops() throws Exception {
    var container =
        docker.run(
            "run", "-d", "--label", LABEL, IMAGE, "sh", "-c", "echo first; sleep 1; echo last");
    try (var logs = docker.start("logs", "-f", container)) {
      assertThat(logs.line()).isEqualTo("first");
      assertThat(logs.outcome().output()).isEqualTo("last\n");
    }
  }

  @Test
  void logs_that_are_killed_end_at_the_engine_too() throws Exception {
    var container =
        docker.run("run", "-d", "--label", LABEL, IMAGE, "sh", "-c", "echo first; sleep 600");
    try (var logs = docker.start("logs", "-f", container)) {
      assertThat(logs.line()).isEqualTo("first");
      assertThat(fixture.server.clients()).isPositive();
      logs.kill();
    }
    // The container still runs and writes nothing, so only the cancelled request can end the
    // connection.
    eventually("the log stream is closed", () -> fixture.server.clients() == 0);
    docker.run("kill", container);
  }

  @Test
  void wait_gives_the_exit_status() throws Exception {
    var container = docker.run("run", "-d", "--label", LABEL, IMAGE, "sh", "-c", "sleep 1; exit 9");
    assertThat(docker.run("wait", container)).isEqualTo("9");
  }

  @Test
  void cp_copies_megabytes_both_ways() throws Exception {
    var container = docker.run("create", "--label", LABEL, IMAGE, "true");
    var bytes = new byte[20 << 20];
    new Random(1).nextBytes(bytes);
    var sent = Files.write(directory.resolve("sent"), bytes);
    docker.run("cp", sent.toString(), container + ":/copied");
    docker.run("cp", container + ":/copied", directory.resolve("received").toString());
    assertThat(directory.resolve("received")).hasSameBinaryContentAs(sent);
    var refused =
        docker
            .start("cp", sent.toString(), container + ":/no/such/place")
            .input(new byte[0])
            .outcome();
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).contains("/no/such");
  }

  @Test
  void build_sends_its_context_and_prints_the_steps() throws Exception {
    var context = Files.createDirectories(directory.resolve("context"));
    var bytes = new byte[3 << 20];
    new Random(2).nextBytes(bytes);
    Files.write(context.resolve("data"), bytes);
    Files.writeString(
        context.resolve("Dockerfile"),
        "FROM " + IMAGE + "\nCOPY data /data\nRUN wc -c /data\nCMD [\"cat\", \"/data\"]\n");
    var tag = RUN + ":built";
    try {
      assertThat(docker.run("build", "-t", tag, context.toString()))
          .contains("3145728 /data", "Successfully tagged " + tag);
      var outcome = docker.start("run", "--rm", "--label", LABEL, tag).input(new byte[0]).outcome();
      assertThat(outcome.output().getBytes(StandardCharsets.ISO_8859_1)).isEqualTo(bytes);
      Files.writeString(context.resolve("Dockerfile"), "FROM " + IMAGE + "\nRUN exit 4\n");
      var broken =
          docker.start("build", "--force-rm", context.toString()).input(new byte[0]).outcome();
      assertThat(broken.status()).isEqualTo(4);
    } finally {
      docker.run("rmi", "-f", tag);
    }
  }

  @Test
  void save_and_load_carry_an_image() throws Exception {
    var tag = RUN + ":saved";
    var archive = directory.resolve("saved.tar");
    docker.run("tag", IMAGE, tag);
    docker.run("save", "-o", archive.toString(), tag);
    docker.run("rmi", tag);
    var loaded = docker.start("load").input(Files.readAllBytes(archive)).outcome();
    assertThat(loaded.output()).contains("Loaded image: " + tag);
    docker.run("rmi", tag);
  }

  @Test
  void events_come_when_they_happen_and_end_when_asked() throws Exception {
    var begin = Instant.now();
    var container = docker.run("create", "--label", LABEL, IMAGE, "true");
    try (var events =
        docker.start(
            "events",
            "--since",
            "" + begin.getEpochSecond(),
            "--filter",
            "container=" + container,
            "--format",
            "{{.Action}}")) {
      assertThat(events.line()).isEqualTo("create");
      docker.run("start", container);
      assertThat(events.line()).isEqualTo("start");
    }
    docker.run("wait", container);
    assertThat(
            docker
                .run(
                    "events",
                    "--since",
                    "" + begin.getEpochSecond(),
                    "--until",
                    "" + (Instant.now().getEpochSecond() + 1),
                    "--filter",
                    "container=" + container,
                    "--format",
                    "{{.Action}}")
                .lines())
        .contains("create", "start", "die");
  }

  @Test
  void stats_are_read_once() throws Exception {
    var container = sleeper();
    assertThat(docker.run("stats", "--no-stream", "--format", "{{.ID}}", container))
        .isEqualTo(container.substring(0, 12));
  }

  @Test
  void pull_tells_of_its_failure() throws Exception {
    var outcome = docker.start("pull", "127.0.0.1:1/none").input(new byte[0]).outcome();
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.errors()).contains("Error response from daemon:", "127.0.0.1:1");
  }

  @Test
  void a_build_session_becomes_http2() throws Exception {
    // BuildKit's client opens such a session; the engine then speaks HTTP/2 to it, as the client of
    // a server there.
    try (var client = fixture.connect()) {
      client.send(
          """
          POST /session HTTP/1.1\r
          Host: docker\r
          Connection: Upgrade\r
          Upgrade: h2c\r
          X-Docker-Expose-Session-Uuid: %s\r
          X-Docker-Expose-Session-Name: test\r
          \r
          """
              .formatted(RUN));
      assertThat(client.head()).startsWith("HTTP/1.1 101 ");
      assertThat(client.text(24)).isEqualTo("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    }
  }

  @Test
  void a_grpc_connection_becomes_http2() throws Exception {
    try (var client = fixture.connect()) {
      var settings = new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0};
      client.send(
          "POST /grpc HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 101 ");
      client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").send(settings);
      var frame = client.bytes(9);
      assertThat(frame[3]).as("the type of the engine's first frame: SETTINGS").isEqualTo((byte) 4);
    }
  }

  private String sleeper() throws Exception {
    return docker.run("run", "-d", "--label", LABEL, IMAGE, "sleep", "600");
  }

  private static Path busybox() {
    var found = Path.of("/usr/bin/busybox");
    return Files.exists(found) ? found : Path.of("/bin/busybox");
  }
}
