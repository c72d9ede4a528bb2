package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.ContainerSpec;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.Service;
import com.github.dockerjava.api.model.ServiceModeConfig;
import com.github.dockerjava.api.model.ServiceReplicatedModeOptions;
import com.github.dockerjava.api.model.ServiceSpec;
import com.github.dockerjava.api.model.TaskSpec;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.skep.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Over TCP web pages are refused, and these programs are none: all that they do still works. */
@Tag("e2e")
@ExtendWith(SharedSwarm.class) // the shop's image is there while it runs
@TestInstance(Lifecycle.PER_CLASS)
class TcpClientsTest {
  private static final String ADDRESS = DemoSwarm.net(81) + ".1";
  private static final String PLACE = ADDRESS + ":2375";
  private static final String NAME = "over-tcp";
  private static final long SECONDS = 60;

  private @Nullable LoneDaemon daemon;

  @BeforeAll
  void start(@TempDir Path dir) throws IOException {
    LoneDaemon started =
        LoneDaemon.start(
            Files.createDirectory(dir.resolve("one")), DemoSwarm.engine(), ADDRESS, "--tcp", PLACE);
    daemon = started;
    started.docker("swarm", "init", "--advertise-addr", ADDRESS);
  }

  @AfterAll
  void stop() {
    if (daemon != null) {
      daemon.close();
    }
  }

  @Test
  void docker_java_goes_its_round() throws Exception {
    var config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost("tcp://" + PLACE)
            .withDockerTlsVerify(false)
            .build();
    var http = new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build();
    try (DockerClient client = DockerClientImpl.getInstance(config, http)) {
      client.pingCmd().exec();
      String id = client.createServiceCmd(spec()).exec().getId();
      try {
        assertThat(client.listServicesCmd().exec()).extracting(Service::getId).contains(id);
        Await.until(
            "the service's log is there",
            DemoSwarm.CONVERGES,
            () -> log(client, id),
            log -> log.contains("is open"));
      } finally {
        client.removeServiceCmd(id).exec();
      }
      assertThat(client.listServicesCmd().exec()).isEmpty();
      assertThat(attached(client)).isEqualTo("honey\n");
    }
  }

  private static ServiceSpec spec() {
    return new ServiceSpec()
        .withName(NAME)
        .withMode(
            new ServiceModeConfig()
                .withReplicated(new ServiceReplicatedModeOptions().withReplicas(1)))
        .withTaskTemplate(
            new TaskSpec()
                .withContainerSpec(
                    new ContainerSpec().withImage(DemoSwarm.IMAGE).withArgs(List.of("web"))));
  }

  private static String log(DockerClient client, String serviceId) {
    var said = new Said();
    client.logServiceCmd(serviceId).withStdout(true).withStderr(true).exec(said);
    return said.toTheEnd();
  }

  /** What a container of the engine's own says to who is attached from its beginning. */
  private static String attached(DockerClient client) throws Exception {
    String id =
        client
            .createContainerCmd(DemoSwarm.IMAGE)
            .withEntrypoint("echo")
            .withCmd("honey")
            .withAttachStdout(true)
            .exec()
            .getId();
    try {
      var said = new Said();
      client.attachContainerCmd(id).withStdOut(true).withFollowStream(true).exec(said);
      assertThat(said.awaitStarted(SECONDS, TimeUnit.SECONDS)).isTrue();
      client.startContainerCmd(id).exec();
      return said.toTheEnd();
    } finally {
      client.removeContainerCmd(id).withForce(true).exec();
    }
  }

  private static final class Said extends ResultCallback.Adapter<Frame> {
    private final List<String> frames = new CopyOnWriteArrayList<>();

    @Override
    public void onNext(Frame frame) {
      frames.add(new String(frame.getPayload(), StandardCharsets.UTF_8));
    }

    String toTheEnd() {
      try {
        assertThat(awaitCompletion(SECONDS, TimeUnit.SECONDS)).as("the stream ended").isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return String.join("", frames);
    }
  }

  @Test
  @Tag("npm")
  void dockerode_goes_through_all_steps(@TempDir Path directory) {
    Dockerode.goesThroughAllSteps(directory, PLACE, 1);
  }
}
