package dev.skep.node.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.model.Config;
import dev.skep.store.model.ConfigBuilder;
import dev.skep.store.model.ConfigConfigSpecBuilder;
import dev.skep.store.model.Secret;
import dev.skep.store.model.SecretBuilder;
import dev.skep.store.model.SecretSecretSpecBuilder;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.template.TemplateException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskFilesTest {
  private static final NodeFacts NODE = new NodeFacts("node1", "host1", "linux", "x86_64");

  @TempDir Path disk;
  private Path memory = Path.of("/dev/shm");

  @BeforeEach
  void makeDirectory() throws Exception {
    memory = Files.createTempDirectory(Path.of("/dev/shm"), "skep-files-test");
    Files.writeString(memory.resolve("bystander"), "not ours");
  }

  @AfterEach
  void removeDirectory() throws Exception {
    Files.deleteIfExists(memory.resolve("bystander"));
    Files.deleteIfExists(memory.resolve("skep-tasks"));
    Files.deleteIfExists(memory);
  }

  private static Secret secret(String id, String content, @Nullable Driver templating) {
    String base64 = Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8));
    return SecretBuilder.builder()
        .id(id)
        .version(new Version(1))
        .createdAt(Instant.EPOCH)
        .updatedAt(Instant.EPOCH)
        .spec(
            SecretSecretSpecBuilder.builder()
                .name(id)
                .labels(Map.of())
                .data(new Sensitive(base64))
                .templating(templating)
                .build())
        .build();
  }

  private static Config config(String id, String content, @Nullable Driver templating) {
    return ConfigBuilder.builder()
        .id(id)
        .version(new Version(1))
        .createdAt(Instant.EPOCH)
        .updatedAt(Instant.EPOCH)
        .spec(
            ConfigConfigSpecBuilder.builder()
                .name(id)
                .labels(Map.of())
                .data(Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8)))
                .templating(templating)
                .build())
        .build();
  }

  private static ContainerSpec.SecretReference secretFile(
      String id, String name, String uid, int mode) {
    return new ContainerSpec.SecretReference(
        new ContainerSpec.FileTarget(name, uid, "0", mode), id, id);
  }

  private static ContainerSpec.ConfigReference configFile(String id, String name) {
    return new ContainerSpec.ConfigReference(
        new ContainerSpec.FileTarget(name, "0", "0", 0444), null, id, id);
  }

  private static Task task(ContainerSpec spec) {
    return TaskBuilder.builder()
        .id("t1")
        .version(new Version(1))
        .createdAt(Instant.EPOCH)
        .updatedAt(Instant.EPOCH)
        .labels(Map.of())
        .spec(TaskSpec.of(spec))
        .serviceId("svc1")
        .serviceName("web")
        .slot(1)
        .nodeId("node1")
        .status(TaskStatus.of(Instant.EPOCH, TaskState.ASSIGNED, ""))
        .desiredState(TaskState.RUNNING)
        .build();
  }

  @Test
  void writes_each_file_with_its_owner_and_mode_and_says_where_it_goes() throws Exception {
    TaskFiles files = new TaskFiles(List.of(disk, memory), "node1");
    ContainerSpec spec =
        ContainerSpecBuilder.builder()
            .secrets(
                List.of(
                    secretFile("s1", "password", "0", 0400),
                    secretFile("s2", "/etc/app/key", "0", 0444)))
            .configs(List.of(configFile("c1", "app.conf"), configFile("c1", "/etc/app/app.conf")))
            .build();
    List<TaskMount> mounts =
        files.write(
            task(spec),
            NODE,
            Map.of("s1", secret("s1", "hush", null), "s2", secret("s2", "key", null)),
            Map.of("c1", config("c1", "{{.Task.ID}}", null)));
    assertThat(mounts)
        .extracting(TaskMount::target)
        .containsExactly("/run/secrets/password", "/etc/app/key", "/app.conf", "/etc/app/app.conf");
    Path first = Path.of(mounts.getFirst().source());
    assertThat(first)
        .startsWith(memory.resolve("skep-tasks/node1").resolve("t1"))
        .hasContent("hush");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first)))
        .isEqualTo("r--------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(memory.resolve("skep-tasks/node1/t1"))))
        .isEqualTo("rwx------");
    assertThat(Path.of(mounts.get(2).source()))
        .as("only templated payloads are expanded")
        .hasContent("{{.Task.ID}}");
    assertThat(disk).as("nothing of it is on disk").isEmptyDirectory();
    files.remove("t1");
    assertThat(memory.resolve("skep-tasks/node1")).isEmptyDirectory();
    files.removeAll();
  }

  @Test
  void nobody_else_reads_whose_files_they_are() throws Exception {
    Files.createDirectory(memory.resolve("skep-tasks")); // as an older umask left it
    TaskFiles files = new TaskFiles(List.of(memory), "node1");
    ContainerSpec spec =
        ContainerSpecBuilder.builder().secrets(List.of(secretFile("s1", "a", "0", 0444))).build();

    files.write(task(spec), NODE, Map.of("s1", secret("s1", "x", null)), Map.of());

    for (String folder : List.of("skep-tasks", "skep-tasks/node1", "skep-tasks/node1/t1")) {
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(memory.resolve(folder))))
          .as(folder)
          .isEqualTo("rwx------");
    }
    files.removeAll();
    assertThat(memory.resolve("skep-tasks")).doesNotExist();
  }

  @Test
  void a_folder_that_leads_elsewhere_is_not_used() throws Exception {
    Path elsewhere = Files.createDirectory(memory.resolve("elsewhere"));
    Path room = Files.createSymbolicLink(memory.resolve("skep-tasks"), elsewhere);
    TaskFiles files = new TaskFiles(List.of(memory), "node1");
    ContainerSpec spec =
        ContainerSpecBuilder.builder().secrets(List.of(secretFile("s1", "a", "0", 0444))).build();

    assertThatThrownBy(
            () -> files.write(task(spec), NODE, Map.of("s1", secret("s1", "x", null)), Map.of()))
        .isInstanceOf(TaskFilesException.class)
        .hasMessageContaining(room + ", and that is somebody else's");

    Files.delete(room);
    Files.deleteIfExists(elsewhere.resolve("node1"));
    Files.delete(elsewhere);
  }

  @Test
  void removes_its_own_folders_and_nothing_beside_them() {
    TaskFiles files = new TaskFiles(List.of(memory), "node1");
    TaskFiles others = new TaskFiles(List.of(memory), "node2");
    ContainerSpec spec =
        ContainerSpecBuilder.builder().secrets(List.of(secretFile("s1", "a", "0", 0444))).build();
    files.write(task(spec), NODE, Map.of("s1", secret("s1", "x", null)), Map.of());
    others.write(task(spec), NODE, Map.of("s1", secret("s1", "x", null)), Map.of());
    files.keepOnly(Set.of("t1"));
    assertThat(memory.resolve("skep-tasks/node1/t1/0")).exists();
    files.keepOnly(Set.of("t2"));
    assertThat(memory.resolve("skep-tasks/node1/t1")).doesNotExist();
    files.removeAll();
    assertThat(memory.resolve("skep-tasks/node1")).doesNotExist();
    assertThat(memory.resolve("skep-tasks/node2/t1/0")).exists();
    assertThat(memory.resolve("bystander")).hasContent("not ours");
    others.removeAll();
    assertThat(memory.resolve("bystander")).hasContent("not ours");
  }

  @Test
  void expands_templated_payloads_with_what_the_task_has() {
    TaskFiles files = new TaskFiles(List.of(memory), "node1");
    Driver golang = new Driver("golang", Map.of());
    ContainerSpec spec =
        ContainerSpecBuilder.builder()
            .env(List.of("MODE=fast"))
            .secrets(List.of(secretFile("s1", "password", "0", 0400)))
            .configs(List.of(configFile("c1", "app.conf")))
            .build();
    Config templated =
        config(
            "c1", "id={{.Task.ID}} mode={{env \"MODE\"}} pass={{ secret \"password\" }}", golang);
    List<TaskMount> mounts =
        files.write(
            task(spec), NODE, Map.of("s1", secret("s1", "hush", null)), Map.of("c1", templated));
    assertThat(Path.of(mounts.get(1).source())).hasContent("id=t1 mode=fast pass=hush");
    files.removeAll();
  }

  @Test
  void a_templated_payload_that_is_no_utf8_keeps_its_bytes() throws IOException {
    TaskFiles files = new TaskFiles(List.of(memory), "node1");
    Driver golang = new Driver("golang", Map.of());
    ContainerSpec spec =
        ContainerSpecBuilder.builder().configs(List.of(configFile("c1", "app.conf"))).build();
    Config latin = config("c1", "caf{{\"\\xe9\"}} {{.Task.ID}}", golang);
    List<TaskMount> mounts = files.write(task(spec), NODE, Map.of(), Map.of("c1", latin));
    assertThat(Files.readString(Path.of(mounts.getFirst().source()), StandardCharsets.ISO_8859_1))
        .isEqualTo("café t1");
    files.removeAll();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"pass={{.Hush}}", "{{hush}}", "hush {{", "{{env hush}}", "{{\"hush\\q\"}}"})
  void an_error_in_a_templated_secret_shows_nothing_of_it(String content) {
    TaskFiles files = new TaskFiles(List.of(memory), "node1");
    ContainerSpec spec =
        ContainerSpecBuilder.builder().secrets(List.of(secretFile("s1", "a", "0", 0444))).build();
    Secret secret = secret("s1", content, new Driver("golang", Map.of()));
    assertThatThrownBy(() -> files.write(task(spec), NODE, Map.of("s1", secret), Map.of()))
        .isInstanceOf(TemplateException.class)
        .hasMessageStartingWith("template: secret a:1:")
        .hasMessageNotContainingAny("hush", "Hush");
    files.removeAll();
  }

  @Test
  void refuses_to_put_secrets_on_a_disk() {
    TaskFiles files = new TaskFiles(List.of(Path.of("/proc/skep-test")), "node1");
    ContainerSpec spec =
        ContainerSpecBuilder.builder().secrets(List.of(secretFile("s1", "a", "0", 0444))).build();
    assertThatThrownBy(
            () -> files.write(task(spec), NODE, Map.of("s1", secret("s1", "x", null)), Map.of()))
        .isInstanceOf(TaskFilesException.class)
        .hasMessageContaining("tmpfs")
        .hasMessageContaining("/proc/skep-test");
  }

  @Test
  void names_what_is_missing_or_wrong_and_never_the_content() {
    TaskFiles files = new TaskFiles(List.of(memory), "node1");
    ContainerSpec spec =
        ContainerSpecBuilder.builder()
            .secrets(List.of(secretFile("s1", "a", "root", 0444)))
            .build();
    assertThatThrownBy(() -> files.write(task(spec), NODE, Map.of(), Map.of()))
        .hasMessage("secret not found: s1");
    assertThatThrownBy(
            () -> files.write(task(spec), NODE, Map.of("s1", secret("s1", "hush", null)), Map.of()))
        .hasMessage("invalid uid 'root' for the file a");
    files.removeAll();
  }
}
