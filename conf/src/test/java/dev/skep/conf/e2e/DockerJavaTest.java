package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerSpec;
import com.github.dockerjava.api.model.ContainerSpecConfig;
import com.github.dockerjava.api.model.ContainerSpecFile;
import com.github.dockerjava.api.model.ContainerSpecSecret;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.LocalNodeState;
import com.github.dockerjava.api.model.NetworkAttachmentConfig;
import com.github.dockerjava.api.model.SecretSpec;
import com.github.dockerjava.api.model.Service;
import com.github.dockerjava.api.model.ServiceModeConfig;
import com.github.dockerjava.api.model.ServiceReplicatedModeOptions;
import com.github.dockerjava.api.model.ServiceRestartCondition;
import com.github.dockerjava.api.model.ServiceRestartPolicy;
import com.github.dockerjava.api.model.ServiceSpec;
import com.github.dockerjava.api.model.SwarmNode;
import com.github.dockerjava.api.model.SwarmNodeSpec;
import com.github.dockerjava.api.model.Task;
import com.github.dockerjava.api.model.TaskSpec;
import com.github.dockerjava.api.model.TaskState;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.skep.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** docker-java drives a manager. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class)
class DockerJavaTest {
  private static final String NAME = "from-java";

  private final DemoSwarm swarm;
  private DockerClient client;

  DockerJavaTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @BeforeEach
  void connect() {
    var config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost("unix://" + swarm.socket(1))
            .withDockerTlsVerify(false)
            .build();
    client =
        DockerClientImpl.getInstance(
            config,
            new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build());
  }

  @AfterEach
  void disconnect() throws IOException {
    client.close();
  }

  @Test
  void reads_the_swarm_and_labels_a_node() {
    assertThat(Objects.requireNonNull(client.infoCmd().exec().getSwarm()).getLocalNodeState())
        .isEqualTo(LocalNodeState.ACTIVE);
    assertThat(client.versionCmd().exec().getApiVersion()).isNotEmpty();
    assertThat(client.inspectSwarmCmd().exec().getId()).hasSize(25);

    List<SwarmNode> nodes = client.listSwarmNodesCmd().exec();
    assertThat(nodes).hasSize(DemoSwarm.NODES);
    SwarmNode node = nodes.getFirst();
    SwarmNodeSpec spec = Objects.requireNonNull(node.getSpec());
    Map<String, String> before = spec.getLabels();
    update(node, spec.withLabels(Map.of("tried", "docker-java")));
    SwarmNode labelled =
        client
            .listSwarmNodesCmd()
            .withIdFilter(List.of(Objects.requireNonNull(node.getId())))
            .exec()
            .getFirst();
    assertThat(Objects.requireNonNull(labelled.getSpec()).getLabels())
        .containsEntry("tried", "docker-java");
    assertThatThrownBy(() -> update(node, spec))
        .isInstanceOf(InternalServerErrorException.class)
        .hasMessageContaining("update out of sequence");
    update(labelled, spec.withLabels(before));
  }

  private void update(SwarmNode node, SwarmNodeSpec spec) {
    client
        .updateSwarmNodeCmd()
        .withSwarmNodeId(Objects.requireNonNull(node.getId()))
        .withSwarmNodeSpec(spec)
        .withVersion(Objects.requireNonNull(node.getVersion()).getIndex())
        .exec();
  }

  @Test
  void runs_a_service_with_its_secret_config_and_network_from_beginning_to_end() {
    String secretId =
        client
            .createSecretCmd(new SecretSpec().withName(NAME).withData(data("nectar")))
            .exec()
            .getId();
    String configId =
        client.createConfigCmd().withName(NAME).withData(bytes("pollen")).exec().getId();
    String networkId =
        client.createNetworkCmd().withName(NAME).withDriver("overlay").exec().getId();
    ServiceSpec spec = spec(secretId, configId, networkId);

    String id = client.createServiceCmd(spec).exec().getId();
    assertThatThrownBy(() -> client.createServiceCmd(spec).exec())
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("service " + NAME + " already exists");
    awaitTasks(2, "GENERATION=1");
    Service created = client.inspectServiceCmd(id).exec();
    ContainerSpec container = containerOf(Objects.requireNonNull(created.getSpec()));
    assertThat(container.getEnv()).containsExactly("GENERATION=1");
    assertThat(Objects.requireNonNull(container.getSecrets()).getFirst().getSecretId())
        .isEqualTo(secretId);
    assertThat(client.listServicesCmd().withLabelFilter(Map.of("from", "java")).exec())
        .extracting(Service::getId)
        .containsExactly(id);
    awaitLog(id, "is open");

    assertThatThrownBy(() -> client.removeSecretCmd(secretId).exec())
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("in use by the following service: " + NAME);

    containerOf(spec).withEnv(List.of("GENERATION=2"));
    client
        .updateServiceCmd(id, spec)
        .withVersion(Objects.requireNonNull(created.getVersion()).getIndex())
        .exec();
    awaitTasks(2, "GENERATION=2");

    client.removeServiceCmd(id).exec();
    assertThatThrownBy(() -> client.inspectServiceCmd(id).exec())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("service " + id + " not found");
    client.removeSecretCmd(secretId).exec();
    client.removeConfigCmd(configId).exec();
    Await.until(
        "the network is free",
        DemoSwarm.CONVERGES,
        () -> {
          try {
            client.removeNetworkCmd(networkId).exec();
            return "removed";
          } catch (BadRequestException e) {
            return String.valueOf(e.getMessage());
          }
        },
        "removed"::equals);
  }

  @Test
  void bad_requests_have_their_exception_and_change_nothing() {
    int before = client.listServicesCmd().exec().size();
    assertThatThrownBy(() ->
            client
                .createServiceCmd(
                    new ServiceSpec()
                        .withName("not a name")
                        .withTaskTemplate(
                            new TaskSpec()
                                .withContainerSpec(new ContainerSpec().withImage(DemoSwarm.IMAGE))))
                .exec())
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("name must be valid as a DNS name component");
    assertThatThrownBy(() -> client.inspectConfigCmd("nosuch").exec())
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("config nosuch not found");
    assertThat(client.listServicesCmd().exec()).hasSize(before);
  }

  private static ServiceSpec spec(String secretId, String configId, String networkId) {
    return new ServiceSpec()
        .withName(NAME)
        .withLabels(Map.of("from", "java"))
        .withMode(
            new ServiceModeConfig()
                .withReplicated(new ServiceReplicatedModeOptions().withReplicas(2)))
        .withTaskTemplate(
            new TaskSpec()
                .withRestartPolicy(
                    new ServiceRestartPolicy()
                        .withCondition(ServiceRestartCondition.ANY)
                        .withDelay(0L))
                .withNetworks(List.of(new NetworkAttachmentConfig().withTarget(networkId)))
                .withContainerSpec(
                    new ContainerSpec()
                        .withImage(DemoSwarm.IMAGE)
                        .withArgs(List.of("web"))
                        .withEnv(List.of("GENERATION=1"))
                        .withSecrets(
                            List.of(
                                new ContainerSpecSecret()
                                    .withSecretId(secretId)
                                    .withSecretName(NAME)
                                    .withFile(file("nectar"))))
                        .withConfigs(
                            List.of(
                                new ContainerSpecConfig()
                                    .withConfigID(configId)
                                    .withConfigName(NAME)
                                    .withFile(file("/pollen"))))));
  }

  private static ContainerSpecFile file(String name) {
    return new ContainerSpecFile().withName(name).withUid("0").withGid("0").withMode(0444L);
  }

  private static ContainerSpec containerOf(ServiceSpec spec) {
    return Objects.requireNonNull(
        Objects.requireNonNull(spec.getTaskTemplate()).getContainerSpec());
  }

  private void awaitTasks(int count, String env) {
    Await.until(
        count + " tasks run with " + env,
        DemoSwarm.CONVERGES,
        () ->
            client
                .listTasksCmd()
                .withServiceFilter(NAME)
                .withStateFilter(TaskState.RUNNING)
                .exec()
                .stream()
                .filter(task -> task.getStatus().getState() == TaskState.RUNNING)
                .map(DockerJavaTest::env)
                .toList(),
        found -> found.size() == count && found.stream().allMatch(List.of(env)::equals));
  }

  private static List<String> env(Task task) {
    return Objects.requireNonNull(
        Objects.requireNonNull(Objects.requireNonNull(task.getSpec()).getContainerSpec()).getEnv());
  }

  private void awaitLog(String serviceId, String wanted) {
    List<String> frames = new CopyOnWriteArrayList<>();
    ResultCallback<Frame> reader =
        new ResultCallback.Adapter<>() {
          @Override
          public void onNext(Frame frame) {
            frames.add(new String(frame.getPayload(), StandardCharsets.UTF_8));
          }
        };
    client.logServiceCmd(serviceId).withStdout(true).withStderr(true).withFollow(true).exec(reader);
    try {
      Await.until(
          "the log says " + wanted,
          DemoSwarm.CONVERGES,
          () -> String.join("", frames),
          text -> text.contains(wanted));
    } finally {
      close(reader);
    }
  }

  private static void close(ResultCallback<Frame> reader) {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String data(String text) {
    return Base64.getEncoder().encodeToString(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
