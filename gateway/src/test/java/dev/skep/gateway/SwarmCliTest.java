package dev.skep.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.http.ApiEndpoint;
import dev.skep.gateway.proxy.DockerCli;
import dev.skep.gateway.proxy.DockerCli.Outcome;
import dev.skep.store.model.Service;
import dev.skep.store.model.TaskState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The docker command's swarm commands, against a store in memory and a real engine. */
@Tag("engine")
class SwarmCliTest {
  private static final ApiEndpoint ENGINE =
      ApiEndpoint.parse(
          Optional.ofNullable(System.getenv("SKEP_ENGINE")).orElse("unix:///var/run/docker.sock"));

  private final GatewayFixture gateway = new GatewayFixture(ENGINE).asManager();
  @TempDir private Path directory;
  private DockerCli docker;

  @BeforeEach
  void start() {
    docker = new DockerCli(gateway.socket, directory);
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  private Outcome docker(String... arguments) throws Exception {
    return docker.start(arguments).input(new byte[0]).outcome();
  }

  @Test
  void shows_the_host_and_its_swarm() throws Exception {
    assertThat(docker.run("version", "--format", "{{json .Server.Components}}")).contains("Skep");
    assertThat(docker.run("info", "--format", "{{.Name}} {{.Swarm.LocalNodeState}}"))
        .isEqualTo("node-1 active");
    assertThat(docker.run("info")).contains("Is Manager: true").contains("Nodes: 2");
    assertThat(docker.run("swarm", "join-token", "worker"))
        .contains("docker swarm join --token " + GatewayFixture.WORKER_TOKEN + " 127.0.0.2:2377");
    assertThat(docker.run("swarm", "join-token", "--rotate", "-q", "worker"))
        .startsWith("SWMTKN-1-")
        .isNotEqualTo(GatewayFixture.WORKER_TOKEN);
    assertThat(docker.run("swarm", "update", "--task-history-limit", "2"))
        .isEqualTo("Swarm updated.");
    assertThat(
            docker.run(
                "info",
                "--format",
                "{{.Swarm.Cluster.Spec.Orchestration.TaskHistoryRetentionLimit}}"))
        .isEqualTo("2");
  }

  @Test
  void lists_inspects_and_updates_nodes() throws Exception {
    assertThat(docker.run("node", "ls"))
        .containsPattern("manager0\\S+ \\* +node-1 +Ready +Active +Leader +20.10.24")
        .containsPattern("worker0\\S+ +node-2 +Ready +Active");
    assertThat(docker.run("node", "inspect", "--pretty", "self"))
        .contains("Hostname:", "node-1", "Raft Status:\t\tReachable");
    docker.run("node", "update", "--label-add", "zone=a", "--availability", "drain", "node-2");
    assertThat(
            docker.run(
                "node",
                "inspect",
                "node-2",
                "--format",
                "{{.Spec.Labels.zone}} {{.Spec.Availability}}"))
        .isEqualTo("a drain");
    assertThat(docker.run("node", "ls", "--filter", "node.label=zone=a", "-q"))
        .startsWith("worker");
    assertThat(docker("node", "demote", "node-1").errors())
        .contains("attempting to demote the last manager of the swarm");
    assertThat(docker("node", "promote", "node-2").errors()).contains("runs one manager");
    assertThat(docker("node", "rm", "node-2").errors())
        .contains("is not down and can't be removed");
    assertThat(docker.run("node", "rm", "--force", "node-2")).isEqualTo("node-2");
    assertThat(docker("node", "inspect", "nosuch").errors())
        .contains("Error response from daemon: node nosuch not found");
  }

  @Test
  void creates_updates_and_removes_a_service() throws Exception {
    String id =
        docker.run(
            "service",
            "create",
            "-d",
            "--no-resolve-image",
            "--name",
            "web",
            "--replicas",
            "2",
            "-p",
            "18080:80",
            "--env",
            "A=1",
            "--label",
            "l=1",
            "test/whoami:1",
            "httpd");
    assertThat(docker.run("service", "ls"))
        .containsPattern(id.substring(0, 12) + " +web +replicated +0/2 +test/whoami:1");
    assertThat(docker.run("service", "inspect", "--pretty", "web"))
        .contains("Name:", "web", "Replicas:\t2");
    assertThat(docker("service", "create", "-d", "--name", "web", "test/whoami:1").errors())
        .contains("name conflicts with an existing object: service web already exists");
    assertThat(
            docker("service", "create", "-d", "--name", "other", "-p", "18080:81", "test/whoami:1")
                .errors())
        .contains(
            "port '18080' is already in use by service 'web' (" + id + ") as an ingress port");
    docker.run("service", "update", "-d", "--no-resolve-image", "--env-add", "B=2", "web");
    docker.run("service", "scale", "-d", "web=3");
    // Older commands send the variables in any order.
    assertThat(
            docker.run(
                "service",
                "inspect",
                "web",
                "--format",
                "{{json .Spec.TaskTemplate.ContainerSpec.Env}} {{.Spec.Mode.Replicated.Replicas}}"))
        .isIn("[\"A=1\",\"B=2\"] 3", "[\"B=2\",\"A=1\"] 3");
    docker.run("service", "rollback", "-d", "web");
    assertThat(
            docker.run(
                "service",
                "inspect",
                "web",
                "--format",
                "{{.Spec.Mode.Replicated.Replicas}} {{.UpdateStatus.State}}"))
        .isEqualTo("2 rollback_started");
    assertThat(docker.run("service", "rm", "web")).isEqualTo("web");
    assertThat(docker("service", "inspect", "web").errors()).contains("no such service: web");
  }

  @Test
  void shows_tasks() throws Exception {
    String id =
        docker.run(
            "service", "create", "-d", "--no-resolve-image", "--name", "web", "test/whoami:1");
    Service service = gateway.store.state().service(id).orElseThrow();
    gateway.create(
        Tasks.of(service, "task000000000000000000001", 1, GatewayFixture.WORKER, TaskState.RUNNING),
        Tasks.failed(
            service,
            "task000000000000000000002",
            1,
            GatewayFixture.MANAGER,
            "task: non-zero exit (1)"));
    assertThat(docker.run("service", "ps", "web"))
        .containsPattern("task00000000 +web.1 +test/whoami:1 +node-2 +Running +Running .* ago")
        .containsPattern(
            "\\\\_ web.1 +test/whoami:1 +node-1 +Shutdown +Failed .* ago +\"task: non-zero exit \\(1\\)\"");
    assertThat(docker.run("node", "ps", "node-2")).contains("web.1");
    assertThat(docker.run("service", "ls")).contains("1/1");
    assertThat(docker.run("inspect", "task000000000000000000001", "--format", "{{.Slot}}"))
        .isEqualTo("1");
  }

  @Test
  void keeps_secrets_and_configs() throws Exception {
    Path file = Files.writeString(directory.resolve("data"), "s3cret");
    String id = docker.run("secret", "create", "--label", "a=b", "sec", file.toString());
    docker.run("config", "create", "cfg", file.toString());
    assertThat(docker.run("secret", "ls", "--format", "{{.ID}} {{.Name}}")).isEqualTo(id + " sec");
    assertThat(docker.run("secret", "inspect", "sec"))
        .doesNotContain("Data")
        .contains("\"a\": \"b\"");
    assertThat(docker.run("config", "inspect", "--pretty", "cfg")).contains("s3cret");
    docker.run(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "web",
        "--secret",
        "sec",
        "--config",
        "cfg",
        "test/whoami:1");
    assertThat(docker("secret", "rm", "sec").errors())
        .contains("secret 'sec' is in use by the following service: web");
    assertThat(docker("config", "rm", "cfg").errors())
        .contains("config 'cfg' is in use by the following service: web");
    docker.run("service", "rm", "web");
    assertThat(docker.run("secret", "rm", "sec")).isEqualTo("sec");
    assertThat(docker.run("config", "rm", "cfg")).isEqualTo("cfg");
  }

  @Test
  void keeps_networks_beside_the_engines() throws Exception {
    String id =
        docker.run(
            "network", "create", "-d", "overlay", "--attachable", "--label", "a=b", "gwtest-ov");
    assertThat(docker.run("network", "ls"))
        .containsPattern(id.substring(0, 12) + " +gwtest-ov +overlay +swarm")
        .containsPattern("bridge +bridge +local")
        .containsPattern("ingress +overlay +swarm");
    assertThat(
            docker.run("network", "ls", "--filter", "scope=swarm", "--format", "{{.Name}}").lines())
        .containsExactlyInAnyOrder("gwtest-ov", "ingress");
    assertThat(docker.run("network", "inspect", "gwtest-ov", "--format", "{{.Id}} {{.Attachable}}"))
        .isEqualTo(id + " true");
    assertThat(docker.run("network", "inspect", "host", "--format", "{{.Scope}}"))
        .isEqualTo("local");
    assertThat(docker("network", "create", "-d", "overlay", "gwtest-ov").errors())
        .contains("network with name gwtest-ov already exists");
    assertThat(docker("network", "create", "gwtest-ov").errors())
        .contains("network with name gwtest-ov already exists");
    docker.run(
        "service",
        "create",
        "-d",
        "--no-resolve-image",
        "--name",
        "web",
        "--network",
        "gwtest-ov",
        "test/whoami:1");
    assertThat(
            docker(
                    "service",
                    "create",
                    "-d",
                    "--name",
                    "beside",
                    "--network",
                    "gwtest-ov",
                    "--network",
                    "host",
                    "test/whoami:1")
                .errors())
        .contains("container cannot be disconnected from host network");
    assertThat(docker("network", "rm", "gwtest-ov").errors())
        .contains("network " + id + " is in use by service");
    assertThat(
            docker("service", "create", "-d", "--name", "x", "--network", "none", "test/whoami:1")
                .errors())
        .contains("network none not found");
    assertThat(docker("run", "--rm", "--network", "gwtest-ov", "test/whoami:1").errors())
        .contains("cannot join the swarm's network");
    docker.run("service", "rm", "web");
    assertThat(docker.run("network", "rm", "gwtest-ov")).isEqualTo("gwtest-ov");
    assertThat(docker("network", "inspect", "gwtest-ov").errors())
        .contains("network gwtest-ov not found");
  }

  @Test
  void deploys_and_removes_a_stack() throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "s");
    Path compose =
        Files.writeString(
            directory.resolve("stack.yml"),
            """
            version: "3.8"
            services:
              web:
                image: test/whoami:1
                ports: ["18081:80"]
                networks: [front]
                secrets: [key]
                configs: [{source: conf, target: /etc/conf}]
                deploy:
                  replicas: 3
                  update_config: {parallelism: 1, delay: 1s, order: start-first}
                  restart_policy: {condition: on-failure, delay: 2s}
                  resources: {limits: {cpus: "0.5", memory: 64M}}
                  placement: {constraints: [node.role == worker]}
              agent:
                image: test/whoami:1
                deploy: {mode: global}
            networks:
              front: {}
            secrets:
              key: {file: %s}
            configs:
              conf: {file: %s}
            """
                .formatted(secret, secret));
    assertThat(
            docker.run(
                "stack", "deploy", "--resolve-image", "never", "-c", compose.toString(), "shop"))
        .contains(
            "Creating network shop_front",
            "Creating secret shop_key",
            "Creating config shop_conf",
            "Creating service shop_web");
    assertThat(docker.run("stack", "ls", "--format", "{{.Name}} {{.Services}}"))
        .isEqualTo("shop 2");
    assertThat(
            docker
                .run("stack", "services", "shop", "--format", "{{.Name}} {{.Mode}} {{.Replicas}}")
                .lines())
        .containsExactlyInAnyOrder("shop_web replicated 0/3", "shop_agent global 0/0");
    assertThat(docker("stack", "ps", "shop").errors()).contains("nothing found in stack: shop");
    assertThat(
            docker.run(
                "stack", "deploy", "--resolve-image", "never", "-c", compose.toString(), "shop"))
        .contains("Updating service shop_web");
    assertThat(docker.run("stack", "rm", "shop"))
        .contains(
            "Removing service shop_web",
            "Removing secret shop_key",
            "Removing config shop_conf",
            "Removing network shop_front");
    assertThat(docker.run("stack", "ls", "--format", "{{.Name}}")).isEmpty();
    assertThat(gateway.store.state().networks()).hasSize(3);
  }

  @Test
  void streams_events_of_both() throws Exception {
    try (var events =
        docker.start(
            "events",
            "--filter",
            "scope=swarm",
            "--format",
            "{{.Type}} {{.Action}} {{.Actor.Attributes.name}}")) {
      // The stream is open when the first event arrives; create until one does.
      docker.run(
          "config", "create", "early", Files.writeString(directory.resolve("c"), "c").toString());
      Thread.onSpinWait();
      docker.run("service", "create", "-d", "--no-resolve-image", "--name", "web", "test/whoami:1");
      String line = events.line();
      while (!line.equals("service create web")) {
        line = events.line();
      }
      events.kill();
    }
    assertThat(
            docker.run(
                "events",
                "--since",
                "1",
                "--until",
                Long.toString(System.currentTimeMillis() / 1000 + 1),
                "--filter",
                "type=service",
                "--format",
                "{{.Action}} {{.Actor.Attributes.name}}"))
        .contains("create web");
  }
}
