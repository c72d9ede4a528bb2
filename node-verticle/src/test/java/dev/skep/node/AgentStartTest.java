package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.fake.FakeContainer;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the agent brings tasks up, and how they end by themselves. */
class AgentStartTest extends AgentFixture {
  @Test
  void runs_a_task_with_no_more_calls_than_needed() throws Exception {
    startInSession();
    engine().forgetCalls();
    leader().assign(Fixtures.task("t1", NODE));
    TaskReport running =
        leader()
            .awaitReport(
                "t1",
                r -> r.status().state() == TaskState.RUNNING && container(r).pid() > 0,
                "running, with its process");
    FakeContainer c = engine().named("web.1.t1");
    assertThat(container(running).containerId()).isEqualTo(c.id);
    assertThat(running.status().message()).isEqualTo("started");
    assertThat(engine().calls())
        .containsExactly(
            "GET /v1.41/images/app:1/json",
            "POST /v1.41/containers/create",
            "POST /v1.41/containers/" + c.id + "/start",
            "GET /v1.41/containers/" + c.id + "/json");
    assertThat(c.labels())
        .containsEntry("com.docker.swarm.node.id", NODE)
        .containsEntry("com.docker.swarm.task.id", "t1");
  }

  @Test
  void reports_how_a_container_ended() throws Exception {
    startInSession();
    leader()
        .assign(Fixtures.task("t1", NODE), Fixtures.task("t2", NODE), Fixtures.task("t3", NODE));
    for (String id : List.of("t1", "t2", "t3")) {
      leader().awaitState(id, TaskState.RUNNING);
    }
    engine().exit(engine().named("web.1.t1"), 0);
    engine().exit(engine().named("web.1.t2"), 3);
    engine().oom(engine().named("web.1.t3"));
    assertThat(leader().awaitState("t1", TaskState.COMPLETE).status().message())
        .isEqualTo("finished");
    TaskReport failed = leader().awaitState("t2", TaskState.FAILED);
    assertThat(failed.status().err()).isEqualTo("task: non-zero exit (3)");
    assertThat(failed.status().message()).isEqualTo("started");
    assertThat(container(failed).exitCode()).isEqualTo(3);
    assertThat(leader().awaitState("t3", TaskState.FAILED).status().err())
        .isEqualTo("task: non-zero exit (137): out of memory");
    assertThat(engine().containers()).as("their logs can still be read").hasSize(3);
  }

  @Test
  void rejects_a_task_whose_image_is_nowhere_in_the_engines_words() throws Exception {
    startInSession();
    leader()
        .assign(
            Fixtures.task("t1", NODE, ContainerSpec.of("nosuch:9")),
            Fixtures.task("t2", NODE, ContainerSpec.of("sha256:abcd")));
    TaskReport rejected = leader().awaitState("t1", TaskState.REJECTED);
    assertThat(rejected.status().err()).isEqualTo("No such image: nosuch:9");
    assertThat(rejected.status().message()).isEqualTo("preparing");
    assertThat(leader().awaitState("t2", TaskState.REJECTED).status().err())
        .isEqualTo("No such image: sha256:abcd");
    assertThat(engine().calls().stream().filter(c -> c.contains("/images/create")).count())
        .as("an id is never pulled")
        .isEqualTo(1);
  }

  @Test
  void pulls_a_missing_image_once_with_the_services_credentials() throws Exception {
    engine().makePullable("reg.example/app:2");
    startInSession();
    leader().provideAuth("svcid", "c2VjcmV0");
    leader()
        .assign(
            Fixtures.task("t1", NODE, ContainerSpec.of("reg.example/app:2")),
            Fixtures.task("t2", NODE, ContainerSpec.of("reg.example/app:2")));
    leader().awaitState("t1", TaskState.RUNNING);
    leader().awaitState("t2", TaskState.RUNNING);
    assertThat(engine().lastRegistryAuth()).isEqualTo("c2VjcmV0");
    assertThat(engine().calls().stream().filter(c -> c.contains("/images/create")).count())
        .isEqualTo(1);
  }

  @Test
  void a_pull_s_progress_shows_in_the_task_s_message_while_it_lasts() throws Exception {
    engine().makePullable("reg.example/app:2");
    engine().holdPulls();
    startInSession();
    leader().assign(Fixtures.task("t1", NODE, ContainerSpec.of("reg.example/app:2")));
    TaskReport pulling =
        leader()
            .awaitReport(
                "t1",
                report -> String.valueOf(report.status().message()).startsWith("pulling image: "),
                "pulling");
    assertThat(pulling.status().state()).isEqualTo(TaskState.PREPARING);
    assertThat(pulling.status().message())
        .isEqualTo("pulling image: 0 of 1 layers done, 1.0 of 3.0 MB downloaded");
    engine().releasePulls();
    assertThat(leader().awaitState("t1", TaskState.RUNNING).status().message())
        .isEqualTo("started");
  }

  @Test
  void a_container_that_does_not_start_fails_its_task() throws Exception {
    engine()
        .failStart(
            "web.1.t1",
            "OCI runtime create failed: exec: \"nosuch\": executable file not found in $PATH: unknown");
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    TaskReport failed = leader().awaitState("t1", TaskState.FAILED);
    assertThat(failed.status().err())
        .startsWith("starting container failed: OCI runtime create failed");
    assertThat(failed.status().message()).isEqualTo("starting");
  }

  @Test
  void a_task_wanted_ready_is_created_and_started_only_when_wanted_running() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE).withDesiredState(TaskState.READY));
    leader().awaitState("t1", TaskState.READY);
    assertThat(engine().named("web.1.t1").running()).isFalse();
    leader().want("t1", TaskState.RUNNING);
    leader().awaitState("t1", TaskState.RUNNING);
  }

  @Test
  void a_probed_task_runs_only_when_healthy_and_fails_when_not() throws Exception {
    ContainerSpec spec =
        ContainerSpecBuilder.builder()
            .image(Fixtures.IMAGE)
            .healthcheck(
                new ContainerSpec.Healthcheck(List.of("CMD", "true"), null, null, null, null, null))
            .build();
    startInSession();
    leader().assign(Fixtures.task("t1", NODE, spec));
    leader().awaitState("t1", TaskState.STARTING);
    eventually(() -> engine().named("web.1.t1").running(), "the container to run");
    FakeContainer c = engine().named("web.1.t1");
    engine().health(c, "healthy", "fine");
    leader().awaitState("t1", TaskState.RUNNING);
    engine().health(c, "unhealthy", "connection refused\n");
    assertThat(leader().awaitState("t1", TaskState.FAILED).status().err())
        .isEqualTo(
            "task: non-zero exit (143): dockerexec: unhealthy container: connection refused");
  }

  @Test
  void a_container_removed_behind_its_back_fails_its_task() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    engine().destroy(engine().named("web.1.t1"));
    assertThat(leader().awaitState("t1", TaskState.FAILED).status().err())
        .startsWith("task: non-zero exit (137)");
  }

  @Test
  void a_container_that_somebody_starts_again_after_its_task_ended_is_stopped() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    FakeContainer c = engine().named("web.1.t1");
    engine().exit(c, 1);
    leader().awaitState("t1", TaskState.FAILED);
    engine().startByHand(c);
    eventually(() -> !c.running(), "the container to stop");
  }
}
