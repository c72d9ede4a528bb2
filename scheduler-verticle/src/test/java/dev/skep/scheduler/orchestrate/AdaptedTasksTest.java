package dev.skep.scheduler.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec.RestartPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What needs no new container. */
class AdaptedTasksTest {
  private static Harness running(int nodes, ServiceSpec spec) {
    return Harness.withNodes(nodes).create(Samples.service("web", spec)).settle();
  }

  @Test
  void a_new_grace_period_or_restart_policy_reaches_live_tasks_without_replacing_them() {
    Harness harness = running(2, Samples.spec("web", 2));
    List<Task> before = harness.wanted();
    RestartPolicy none = new RestartPolicy("none", 0L, null, null);
    harness
        .spec(
            "web",
            spec ->
                spec.withTaskTemplate(
                    spec.taskTemplate()
                        .withRestartPolicy(none)
                        .withContainerSpec(
                            ContainerSpec.of("web:1").withStopGracePeriod(60 * Samples.SECOND))))
        .pass();
    assertThat(harness.service("web").updateStatus()).isNull();
    assertThat(harness.wanted()).extracting(Task::id).containsExactlyElementsOf(ids(before));
    assertThat(harness.wanted())
        .allMatch(t -> t.spec().equals(harness.service("web").spec().taskTemplate()));
    harness.report(harness.wanted().getFirst(), TaskState.FAILED);
    assertThat(harness.wanted()).as("the new policy counts").hasSize(1);
  }

  @Test
  void who_is_to_be_replaced_leaves_with_the_new_grace_period_and_its_own_restart_policy() {
    Harness harness = running(1, Samples.spec("web", 1));
    Task old = harness.wanted().getFirst();
    RestartPolicy none = new RestartPolicy("none", 0L, null, null);
    harness
        .spec(
            "web",
            spec ->
                spec.withTaskTemplate(
                    spec.taskTemplate()
                        .withRestartPolicy(none)
                        .withContainerSpec(
                            ContainerSpec.of("web:2").withStopGracePeriod(60 * Samples.SECOND))))
        .pass();
    Task leaving = harness.state().task(old.id()).orElseThrow();
    assertThat(leaving.desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(leaving.spec().restartPolicy()).isEqualTo(old.spec().restartPolicy());
    assertThat(leaving.spec().containerSpec())
        .isEqualTo(ContainerSpec.of("web:1").withStopGracePeriod(60 * Samples.SECOND));
  }

  private static List<String> ids(List<Task> tasks) {
    return tasks.stream().map(Task::id).toList();
  }
}
