package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.store.model.spec.Mount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tasks as a real engine runs them. */
@Tag("engine")
class AgentEngineTest extends EngineFixture {
  @Test
  void runs_a_task_as_swarm_would_and_reports_its_process() throws Exception {
    Task task =
        task(
            sleeping()
                .env(
                    List.of(
                        "WHO={{.Task.Name}}",
                        "AT={{.Node.Hostname}}",
                        "TIER={{index .Service.Labels \"tier\"}}"))
                .hostname("{{.Service.Name}}-{{.Task.Slot}}")
                .labels(Map.of("a", "b"))
                .user("7:8")
                .groups(List.of("9"))
                .dir("/tmp")
                .hosts(List.of("10.1.2.3 db"))
                .readOnly(true)
                .init(true)
                .capabilityDrop(List.of("CAP_CHOWN"))
                .ulimits(List.of(new ContainerSpec.Ulimit("nofile", 100L, 200L)))
                .mounts(
                    List.of(
                        new Mount(
                            "tmpfs",
                            null,
                            "/scratch",
                            null,
                            null,
                            null,
                            null,
                            null,
                            new Mount.TmpfsOptions(1L << 20, 01777, List.of()),
                            null)))
                .build());
    leader.assign(task);
    TaskReport running =
        leader.awaitReport(
            task.id(),
            r -> r.status().state() == TaskState.RUNNING && container(r).pid() > 0,
            "running with its process");
    String id = Objects.requireNonNull(container(running).containerId());
    assertThat(Files.exists(Path.of("/proc/" + container(running).pid()))).isTrue();
    assertThat(EngineLive.output("inspect", "-f", "{{.Name}}", id)).isEqualTo("/" + task.name());
    assertThat(EngineLive.output("inspect", "-f", "{{json .Config.Labels}}", id))
        .contains(
            "\"a\":\"b\"",
            "\"com.docker.swarm.service.name\":\"web\"",
            "\"com.docker.swarm.task\":\"\"",
            "\"com.docker.swarm.task.name\":\"" + task.name() + "\"");
    assertThat(EngineLive.output("exec", id, "env"))
        .contains("WHO=" + task.name(), "AT=host1", "TIER=front", "HOSTNAME=web-1");
    assertThat(EngineLive.output("exec", id, "id")).contains("uid=7", "gid=8", "groups=8,9");
    assertThat(EngineLive.output("exec", id, "cat", "/etc/hosts")).contains("10.1.2.3\tdb");
    assertThat(EngineLive.docker("exec", id, "touch", "/x").code()).isNotZero();
    assertThat(EngineLive.docker("exec", id, "touch", "/scratch/x").code()).isZero();
    // Of the process itself: runc gives what is executed beside it the hard limit as its soft one.
    assertThat(Files.readString(Path.of("/proc/" + container(running).pid() + "/limits")))
        .containsPattern("Max open files +100 +200 ");
  }

  @Test
  void reports_exits_and_leaves_the_log_behind() throws Exception {
    Task good = task(shell("exit 0").build());
    Task bad = task(shell("echo going; exit 3").build());
    leader.assign(good, bad);
    assertThat(leader.awaitState(good.id(), TaskState.COMPLETE).status().message())
        .isEqualTo("finished");
    TaskReport failed = leader.awaitState(bad.id(), TaskState.FAILED);
    assertThat(failed.status().err()).isEqualTo("task: non-zero exit (3)");
    assertThat(container(failed).exitCode()).isEqualTo(3);
    assertThat(EngineLive.output("logs", bad.name())).isEqualTo("going");
  }

  @Test
  void a_killed_container_fails_its_task() throws Exception {
    Task task = task(sleeping().build());
    leader.assign(task);
    EngineLive.output("kill", containerId(task));
    assertThat(leader.awaitState(task.id(), TaskState.FAILED).status().err())
        .isEqualTo("task: non-zero exit (137)");
  }

  @Test
  void a_missing_image_and_a_missing_program_are_told_in_the_engines_words() throws Exception {
    Task image = task(ContainerSpec.of("sha256:" + "0".repeat(64)));
    Task program =
        task(
            ContainerSpecBuilder.builder()
                .image(EngineLive.IMAGE)
                .command(List.of("nosuch"))
                .build());
    leader.assign(image, program);
    assertThat(leader.awaitState(image.id(), TaskState.REJECTED).status().err())
        .isEqualTo("No such image: sha256:" + "0".repeat(64));
    assertThat(leader.awaitState(program.id(), TaskState.FAILED).status().err())
        .startsWith("starting container failed: ")
        .contains("nosuch");
  }

  @Test
  void secrets_and_configs_are_files_in_memory_with_owner_and_mode() throws Exception {
    leader.provide(Fixtures.secret("sec1", "hush"));
    leader.provide(Fixtures.config("cfg1", "for {{.Task.Name}}"));
    Task task =
        task(
            sleeping()
                .secrets(
                    List.of(
                        new ContainerSpec.SecretReference(
                            new ContainerSpec.FileTarget("password", "7", "8", 0440),
                            "sec1",
                            "sec1")))
                .configs(
                    List.of(
                        new ContainerSpec.ConfigReference(
                            new ContainerSpec.FileTarget("/etc/app.conf", "0", "0", 0444),
                            null,
                            "cfg1",
                            "cfg1")))
                .build());
    leader.assign(task);
    String id = containerId(task);
    assertThat(EngineLive.output("exec", id, "cat", "/run/secrets/password")).isEqualTo("hush");
    assertThat(EngineLive.output("exec", id, "stat", "-c", "%u:%g:%a", "/run/secrets/password"))
        .isEqualTo("7:8:440");
    assertThat(EngineLive.output("exec", id, "cat", "/etc/app.conf"))
        .isEqualTo("for {{.Task.Name}}");
    assertThat(EngineLive.output("exec", id, "grep", "^tmpfs /run/secrets/", "/proc/mounts"))
        .contains("ro");
    assertThat(EngineLive.docker("exec", id, "sh", "-c", "echo x > /run/secrets/password").code())
        .isNotZero();
    leader.unassign(task.id());
    eventually(
        () -> !Files.exists(Path.of("/dev/shm/skep-tasks/" + node + "/" + task.id())),
        "the files to go");
  }

  @Test
  void a_probed_task_runs_when_healthy_and_fails_when_not() throws Exception {
    ContainerSpec.Healthcheck probe =
        new ContainerSpec.Healthcheck(
            List.of("CMD-SHELL", "test -e /tmp/well || { echo not well; false; }"),
            SECOND / 5,
            SECOND * 5,
            1,
            0L,
            null);
    Task task =
        task(
            shell(
                    "sleep 0.3; touch /tmp/well; sleep 1; rm /tmp/well 2>/dev/null || busybox rm /tmp/well; sleep 1000")
                .healthcheck(
                    new ContainerSpec.Healthcheck(
                        probe.test(), SECOND / 5, SECOND * 5, 3, 0L, null))
                .stopSignal("SIGKILL")
                .build());
    leader.assign(task);
    leader.awaitState(task.id(), TaskState.RUNNING);
    assertThat(leader.reports(task.id()))
        .extracting(r -> r.status().state())
        .contains(TaskState.STARTING);
    assertThat(leader.awaitState(task.id(), TaskState.FAILED).status().err())
        .isEqualTo("task: non-zero exit (137): dockerexec: unhealthy container: not well");
  }
}
