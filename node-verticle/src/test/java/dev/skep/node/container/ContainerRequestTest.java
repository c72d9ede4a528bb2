package dev.skep.node.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.engine.http.ApiVersion;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.model.spec.Mount;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerRequestTest {
  private static final NodeFacts NODE = new NodeFacts("node1", "host1", "linux", "x86_64");
  private static final ApiVersion OLD = new ApiVersion(1, 41);
  private static final ApiVersion NEW = new ApiVersion(1, 44);

  private static ContainerSpecBuilder app() {
    return ContainerSpecBuilder.builder().image("app:1");
  }

  private static Task task(ContainerSpec spec) {
    return task(TaskSpec.of(spec));
  }

  private static Task task(TaskSpec spec) {
    return TaskBuilder.builder()
        .id("task1")
        .version(new Version(1))
        .createdAt(Instant.EPOCH)
        .updatedAt(Instant.EPOCH)
        .labels(Map.of())
        .spec(spec)
        .serviceId("svc1")
        .serviceName("web")
        .serviceLabels(Map.of("tier", "front"))
        .slot(3)
        .nodeId("node1")
        .status(TaskStatus.of(Instant.EPOCH, TaskState.ASSIGNED, ""))
        .desiredState(TaskState.RUNNING)
        .build();
  }

  private static JsonObject body(ContainerSpec spec) {
    return request(task(spec)).body();
  }

  private static JsonObject host(ContainerSpec spec) {
    return body(spec).getJsonObject("HostConfig");
  }

  private static ContainerRequest request(Task task) {
    return ContainerRequest.of(task, NODE, List.of(), List.of(), OLD);
  }

  @Test
  void the_simplest_task_says_little() {
    assertThat(request(task(app().build())).name()).isEqualTo("web.3.task1");
    assertThat(body(app().build()))
        .isEqualTo(
            new JsonObject(
                """
                {"Image": "app:1", "Env": [], "Tty": false, "OpenStdin": false, "StopTimeout": 10,
                 "HostConfig": {"ReadonlyRootfs": false},
                 "Labels": {
                   "com.docker.swarm.task": "", "com.docker.swarm.task.id": "task1", "com.docker.swarm.task.name": "web.3.task1",
                   "com.docker.swarm.node.id": "node1", "com.docker.swarm.service.id": "svc1", "com.docker.swarm.service.name": "web"}}
                """));
  }

  @Test
  void a_global_task_is_named_by_its_node() {
    assertThat(request(task(app().build()).withSlot(0)).name()).isEqualTo("web.node1.task1");
  }

  @Test
  void swarms_labels_stand_above_the_specs() {
    JsonObject labels =
        body(app().labels(Map.of("a", "b", "com.docker.swarm.node.id", "forged")).build())
            .getJsonObject("Labels");
    assertThat(labels.getString("a")).isEqualTo("b");
    assertThat(labels.getString("com.docker.swarm.node.id")).isEqualTo("node1");
  }

  @Test
  void command_replaces_the_entrypoint_and_args_the_command() {
    JsonObject body = body(app().command(List.of("/run.sh")).args(List.of("a", "b")).build());
    assertThat(body.getJsonArray("Entrypoint")).containsExactly("/run.sh");
    assertThat(body.getJsonArray("Cmd")).containsExactly("a", "b");
    assertThat(body(app().args(List.of("a")).build()).containsKey("Entrypoint")).isFalse();
  }

  @Test
  void carries_the_processs_settings() {
    JsonObject body =
        body(
            app()
                .env(List.of("A=1", "ME={{.Task.Name}}"))
                .hostname("{{.Node.Hostname}}-{{.Task.Slot}}")
                .user("1:2")
                .dir("/work")
                .tty(true)
                .openStdin(true)
                .stopSignal("SIGINT")
                .stopGracePeriod(Duration.ofMillis(1500).toNanos())
                .healthcheck(
                    new ContainerSpec.Healthcheck(
                        List.of("CMD", "true"), 1_000L, 2_000L, 3, 4_000L, null))
                .build());
    assertThat(body.getJsonArray("Env")).containsExactly("A=1", "ME=web.3.task1");
    assertThat(body.getString("Hostname")).isEqualTo("host1-3");
    assertThat(body.getString("User")).isEqualTo("1:2");
    assertThat(body.getString("WorkingDir")).isEqualTo("/work");
    assertThat(body.getBoolean("Tty")).isTrue();
    assertThat(body.getBoolean("OpenStdin")).isTrue();
    assertThat(body.getString("StopSignal")).isEqualTo("SIGINT");
    assertThat(body.getInteger("StopTimeout")).as("whole seconds, rounded up").isEqualTo(2);
    assertThat(body.getJsonObject("Healthcheck"))
        .isEqualTo(
            new JsonObject(
                "{\"Test\": [\"CMD\", \"true\"], \"Interval\": 1000, \"Timeout\": 2000, \"Retries\": 3, \"StartPeriod\": 4000}"));
  }

  @Test
  void limits_bind_and_reservations_do_not() {
    TaskSpec spec =
        TaskSpec.of(app().build())
            .withResources(
                new Resources(
                    new Resources.Limits(500_000_000L, 64L << 20, 100L),
                    new Resources.Reservations(250_000_000L, 32L << 20, List.of()),
                    16L << 20,
                    60L));
    JsonObject host = request(task(spec)).body().getJsonObject("HostConfig");
    assertThat(host)
        .isEqualTo(
            new JsonObject(
                "{\"ReadonlyRootfs\": false, \"MemorySwappiness\": 60, \"Memory\": 67108864, \"MemorySwap\": 83886080, \"NanoCpus\": 500000000, \"PidsLimit\": 100}"));
  }

  @Test
  void carries_lists_hosts_and_dns() {
    JsonObject host =
        host(
            app()
                .groups(List.of("adm"))
                .capabilityAdd(List.of("CAP_NET_ADMIN"))
                .capabilityDrop(List.of("CAP_CHOWN"))
                .hosts(List.of("10.0.0.1 db  database", "  ", "10.0.0.2"))
                .dnsConfig(
                    new ContainerSpec.DnsConfig(
                        List.of("1.1.1.1"), List.of("corp"), List.of("ndots:1")))
                .ulimits(List.of(new ContainerSpec.Ulimit("nofile", 1L, 2L)))
                .sysctls(Map.of("net.core.somaxconn", "1024"))
                .init(true)
                .readOnly(true)
                .oomScoreAdj(-5L)
                .isolation("default")
                .build());
    assertThat(host)
        .isEqualTo(
            new JsonObject(
                """
                {"GroupAdd": ["adm"], "CapAdd": ["CAP_NET_ADMIN"], "CapDrop": ["CAP_CHOWN"], "ExtraHosts": ["db:10.0.0.1", "database:10.0.0.1"],
                 "Dns": ["1.1.1.1"], "DnsSearch": ["corp"], "DnsOptions": ["ndots:1"], "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}],
                 "Sysctls": {"net.core.somaxconn": "1024"}, "Init": true, "ReadonlyRootfs": true, "OomScoreAdj": -5, "Isolation": "default"}
                """));
  }

  @Test
  void mounts_keep_their_options_and_expand_their_templates() {
    Mount bind =
        new Mount(
            "bind",
            "/srv/{{.Service.Name}}",
            "/data",
            true,
            null,
            new Mount.BindOptions("rslave", null, null, null, null),
            null,
            null,
            null,
            null);
    Mount volume =
        new Mount(
            "volume",
            "vol-{{.Task.Slot}}",
            "/vol",
            null,
            null,
            null,
            new Mount.VolumeOptions(
                true,
                Map.of("of", "{{.Service.Name}}"),
                new Driver("local", Map.of("device", "/d/{{.Task.Slot}}")),
                null),
            null,
            null,
            null);
    Mount tmpfs =
        new Mount(
            "tmpfs",
            null,
            "/tmp",
            null,
            null,
            null,
            null,
            null,
            new Mount.TmpfsOptions(1024L, 0700, List.of()),
            null);
    JsonObject host = host(app().mounts(List.of(bind, volume, tmpfs)).build());
    assertThat(host.getJsonArray("Mounts").encode())
        .isEqualTo(
            new JsonObject(
                    """
                    {"m": [
                      {"Type": "bind", "Source": "/srv/web", "Target": "/data", "ReadOnly": true, "BindOptions": {"Propagation": "rslave"}},
                      {"Type": "volume", "Source": "vol-3", "Target": "/vol", "VolumeOptions": {"NoCopy": true, "Labels": {"of": "web"}, "DriverConfig": {"Name": "local", "Options": {"device": "/d/3"}}}},
                      {"Type": "tmpfs", "Target": "/tmp", "TmpfsOptions": {"SizeBytes": 1024, "Mode": 448}}]}
                    """)
                .getJsonArray("m")
                .encode());
  }

  @Test
  void files_are_bound_read_only() {
    ContainerRequest request =
        ContainerRequest.of(
            task(app().build()),
            NODE,
            List.of(),
            List.of(new TaskMount("/run/skep/0", "/run/secrets/a")),
            OLD);
    assertThat(request.body().getJsonObject("HostConfig").getJsonArray("Mounts").getJsonObject(0))
        .isEqualTo(
            new JsonObject(
                "{\"Type\": \"bind\", \"Source\": \"/run/skep/0\", \"Target\": \"/run/secrets/a\", \"ReadOnly\": true}"));
  }

  @Test
  void privileges_become_security_options() {
    ContainerSpec.Privileges privileges =
        new ContainerSpec.Privileges(
            null,
            new ContainerSpec.SelinuxContext(true, "u", "r", "t", "l"),
            new ContainerSpec.Seccomp(
                "custom",
                Base64.getEncoder().encodeToString("{}".getBytes(StandardCharsets.UTF_8))),
            new ContainerSpec.AppArmor("disabled"),
            true);
    assertThat(host(app().privileges(privileges).build()).getJsonArray("SecurityOpt"))
        .containsExactly(
            "label=disable",
            "label=user:u",
            "label=role:r",
            "label=level:l",
            "label=type:t",
            "seccomp={}",
            "apparmor=unconfined",
            "no-new-privileges=true");
    ContainerSpec.Privileges plain =
        new ContainerSpec.Privileges(
            null,
            null,
            new ContainerSpec.Seccomp("default", null),
            new ContainerSpec.AppArmor("default"),
            false);
    assertThat(host(app().privileges(plain).build()).containsKey("SecurityOpt")).isFalse();
  }

  @Test
  void host_ports_are_bound_and_ingress_ports_are_not() {
    Task task =
        task(app().build())
            .withEndpoint(
                new ServiceSpec.EndpointSpec(
                    null,
                    List.of(
                        new ServiceSpec.PortConfig(null, "tcp", 80, 8080, "host"),
                        new ServiceSpec.PortConfig(null, "udp", 53, 0, "host"),
                        new ServiceSpec.PortConfig(null, null, 90, 9090, "ingress"))));
    JsonObject body = request(task).body();
    assertThat(body.getJsonObject("HostConfig").getJsonObject("PortBindings"))
        .isEqualTo(
            new JsonObject(
                "{\"80/tcp\": [{\"HostPort\": \"8080\"}], \"53/udp\": [{\"HostPort\": \"\"}]}"));
    assertThat(body.getJsonObject("ExposedPorts").fieldNames())
        .containsExactlyInAnyOrder("80/tcp", "53/udp");
    assertThat(ContainerRequest.ingressPorts(task))
        .singleElement()
        .extracting(ServiceSpec.PortConfig::publishedPort)
        .isEqualTo(9090);
  }

  @Test
  void the_log_driver_and_generic_resources_are_passed_on() {
    TaskSpec spec =
        TaskSpec.of(app().build()).withLogDriver(new Driver("json-file", Map.of("max-size", "1m")));
    Task task =
        task(spec)
            .withAssignedGenericResources(
                List.of(
                    new Resources.GenericResource(new Resources.Named("gpu", "g1"), null),
                    new Resources.GenericResource(new Resources.Named("gpu", "g2"), null),
                    new Resources.GenericResource(null, new Resources.Discrete("ssd", 2L))));
    JsonObject body = request(task).body();
    Task byCluster = task(app().build()).withDefaultLogDriver(new Driver("none", Map.of()));
    assertThat(request(byCluster).body().getJsonObject("HostConfig").getJsonObject("LogConfig"))
        .isEqualTo(new JsonObject("{\"Type\":\"none\",\"Config\":{}}"));
    assertThat(body.getJsonObject("HostConfig").getJsonObject("LogConfig"))
        .isEqualTo(new JsonObject("{\"Type\": \"json-file\", \"Config\": {\"max-size\": \"1m\"}}"));
    assertThat(body.getJsonArray("Env"))
        .containsExactly("DOCKER_RESOURCE_GPU=g1,g2", "DOCKER_RESOURCE_SSD=2");
  }

  @Test
  void bridge_beside_another_network_joins_both() {
    List<TaskNetwork> networks =
        List.of(
            TaskNetwork.predefined("bridge", Map.of()),
            new TaskNetwork("n1", false, null, "", List.of("web"), Map.of()));
    ContainerRequest old = ContainerRequest.of(task(app().build()), NODE, networks, List.of(), OLD);
    assertThat(old.body().getJsonObject("NetworkingConfig"))
        .isEqualTo(new JsonObject("{\"EndpointsConfig\": {\"bridge\": {}}}"));
    assertThat(old.connects())
        .containsExactly(
            new ContainerRequest.Connect("n1", new JsonObject("{\"Aliases\": [\"web\"]}")));
    ContainerRequest now = ContainerRequest.of(task(app().build()), NODE, networks, List.of(), NEW);
    assertThat(
            now.body()
                .getJsonObject("NetworkingConfig")
                .getJsonObject("EndpointsConfig")
                .fieldNames())
        .containsExactly("bridge", "n1");
  }

  @Test
  void old_engines_take_one_network_at_creation_and_new_ones_all() {
    List<TaskNetwork> networks =
        List.of(
            new TaskNetwork("n1", false, null, "", List.of("web", "tasks.web"), Map.of()),
            new TaskNetwork("n2", false, null, "", List.of("web"), Map.of("o", "1")));
    ContainerRequest old = ContainerRequest.of(task(app().build()), NODE, networks, List.of(), OLD);
    assertThat(old.body().getJsonObject("HostConfig").getString("NetworkMode")).isEqualTo("n1");
    assertThat(old.body().getJsonObject("NetworkingConfig"))
        .isEqualTo(
            new JsonObject(
                "{\"EndpointsConfig\": {\"n1\": {\"Aliases\": [\"web\", \"tasks.web\"]}}}"));
    assertThat(old.connects())
        .containsExactly(
            new ContainerRequest.Connect(
                "n2", new JsonObject("{\"Aliases\": [\"web\"], \"DriverOpts\": {\"o\": \"1\"}}")));
    ContainerRequest now = ContainerRequest.of(task(app().build()), NODE, networks, List.of(), NEW);
    assertThat(
            now.body()
                .getJsonObject("NetworkingConfig")
                .getJsonObject("EndpointsConfig")
                .fieldNames())
        .containsExactly("n1", "n2");
    assertThat(now.connects()).isEmpty();
  }

  @Test
  void where_the_node_answers_names_it_stands_before_the_specs_servers_and_no_name_stays_at_home() {
    JsonObject host =
        ContainerRequest.of(
                task(
                    app()
                        .dnsConfig(
                            new ContainerSpec.DnsConfig(
                                List.of("1.1.1.1"), List.of("corp"), List.of("ndots:2", "rotate")))
                        .build()),
                NODE,
                List.of(
                    new TaskNetwork("n1", false, null, "", List.of("web"), Map.of()),
                    new TaskNetwork("n2", false, null, "10.0.2.1", List.of(), Map.of()),
                    new TaskNetwork("n3", false, null, "10.0.3.1", List.of(), Map.of())),
                List.of(),
                NEW)
            .body()
            .getJsonObject("HostConfig");
    assertThat(host.getJsonArray("Dns")).containsExactly("10.0.2.1");
    assertThat(host.getJsonArray("DnsSearch")).containsExactly("corp");
    assertThat(host.getJsonArray("DnsOptions")).containsExactly("rotate");
  }

  @Test
  void a_predefined_network_is_a_mode() {
    JsonObject body =
        ContainerRequest.of(
                task(app().build()),
                NODE,
                List.of(TaskNetwork.predefined("host", Map.of())),
                List.of(),
                OLD)
            .body();
    assertThat(body.getJsonObject("HostConfig").getString("NetworkMode")).isEqualTo("host");
    assertThat(body.containsKey("NetworkingConfig")).isFalse();
  }

  @Test
  void a_task_without_a_container_is_refused_by_name() {
    assertThatThrownBy(() -> request(task(TaskSpec.of(app().build()).withContainerSpec(null))))
        .hasMessage("task task1 asks for no container");
  }
}
