package dev.skep.conf.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Images come from a real registry that wants a password. */
@Tag("e2e")
@Tag("registry")
@ExtendWith(SharedSwarm.class)
class RegistryTest {
  private static final String SERVICE = "from-registry";

  @TempDir Path directory;
  private final DemoSwarm swarm;
  private PrivateRegistry registry;
  private String image;

  RegistryTest(DemoSwarm swarm) {
    this.swarm = swarm;
  }

  @BeforeEach
  void push_an_image() {
    registry = new PrivateRegistry(directory);
    image = registry.image("hive/shop:1");
    registry.login();
    DemoSwarm.onEngine("tag", DemoSwarm.IMAGE, image);
    registry.pushAndForget(image);
  }

  @AfterEach
  void remove_all() {
    swarm.tryDocker("service", "rm", SERVICE);
    Await.until(
        "its containers are gone",
        DemoSwarm.CONVERGES,
        () -> swarm.containersNamed(SERVICE),
        List::isEmpty);
    registry.close();
    for (String left : DemoSwarm.onEngine("images", "-q", registry.image("hive/shop")).lines()) {
      Command.run(Map.of(), List.of("docker", "-H", DemoSwarm.engine(), "rmi", "-f", left));
    }
  }

  @Test
  void every_node_pulls_with_the_service_s_password_and_nobody_is_told_it() {
    create("--with-registry-auth", "--mode", "global", image, "web");
    Await.until(
        "it runs on every node", DemoSwarm.CONVERGES, () -> swarm.replicas(SERVICE), "3/3"::equals);
    assertThat(pinned()).startsWith(image + "@sha256:");

    String encoded =
        Base64.getEncoder()
            .encodeToString(
                (PrivateRegistry.USER + ":" + PrivateRegistry.PASSWORD)
                    .getBytes(StandardCharsets.UTF_8));
    List<String> tasks = swarm.docker("service", "ps", "-q", SERVICE).lines().toList();
    var words = new ArrayList<>(List.of("inspect", SERVICE));
    words.addAll(tasks);
    assertThat(swarm.docker(words.toArray(String[]::new)))
        .contains(image)
        .doesNotContainIgnoringCase("auth")
        .doesNotContain(PrivateRegistry.PASSWORD, encoded);
  }

  @Test
  void without_a_password_the_tasks_say_that_there_is_no_such_image() {
    // The command must not ask the registry either.
    create("--no-resolve-image", image, "web");
    List<JsonObject> tasks =
        Await.until(
            "a task is rejected",
            DemoSwarm.CONVERGES,
            () -> tasks("Rejected"),
            found -> !found.isEmpty());
    assertThat(tasks.getFirst().getString("Error")).contains("No such image: " + image);

    // The way out that a user would take.
    Command.succeed(
        registry.environment(),
        swarm.words("service", "update", "-d", "--with-registry-auth", "--image", image, SERVICE));
    swarm.awaitReplicas(SERVICE, 1);
  }

  @Test
  void a_tag_that_moved_is_another_image_on_the_next_update() {
    create("--with-registry-auth", image, "web");
    swarm.awaitReplicas(SERVICE, 1);
    String first = pinned();

    String container = DemoSwarm.onEngine("create", DemoSwarm.IMAGE, "web").lines().getFirst();
    DemoSwarm.onEngine("commit", "-c", "LABEL generation=2", container, image);
    DemoSwarm.onEngine("rm", container);
    registry.pushAndForget(image);
    Command.succeed(
        registry.environment(),
        swarm.words("service", "update", "-d", "--with-registry-auth", "--image", image, SERVICE));
    String second = pinned();
    assertThat(second).startsWith(image + "@sha256:").isNotEqualTo(first);
    Await.until(
        "the one container is of the new image",
        DemoSwarm.CONVERGES,
        () -> generations(),
        List.of("2")::equals);

    swarm.docker("service", "rollback", "-d", SERVICE);
    assertThat(pinned()).isEqualTo(first);
    Await.until(
        "the one container is of the old image",
        DemoSwarm.CONVERGES,
        () -> generations(),
        List.of("<no value>")::equals);
  }

  private void create(String... words) {
    var all =
        new ArrayList<>(
            List.of("service", "create", "-d", "--name", SERVICE, "--restart-delay", "1s"));
    all.addAll(List.of(words));
    Command.succeed(registry.environment(), swarm.words(all.toArray(String[]::new)));
  }

  private String pinned() {
    return new JsonArray(swarm.docker("service", "inspect", SERVICE))
        .getJsonObject(0)
        .getJsonObject("Spec")
        .getJsonObject("TaskTemplate")
        .getJsonObject("ContainerSpec")
        .getString("Image");
  }

  private List<JsonObject> tasks(String state) {
    return swarm
        .docker("service", "ps", "--no-trunc", "--format", "{{json .}}", SERVICE)
        .lines()
        .map(JsonObject::new)
        .filter(task -> task.getString("CurrentState").startsWith(state))
        .toList();
  }

  /** The label of the image of each container that runs. */
  private List<String> generations() {
    return swarm.containers(SERVICE).stream()
        .map(name -> DemoSwarm.onEngine("inspect", "-f", "{{.Config.Labels.generation}}", name))
        .flatMap(result -> result.lines().stream())
        .toList();
  }
}
