package dev.skep.scheduler.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import org.junit.jupiter.api.Test;

class SessionTest {
  @Test
  void an_agent_hears_of_a_new_grace_period_and_of_nothing_it_has() {
    Harness harness = Harness.withNodes(1);
    harness.create(Samples.service("web", Samples.spec("web", 1))).settle();
    Session session = new Session("n1", "s");
    assertThat(session.next(harness.state()).map(Assignment::tasks).orElseThrow()).hasSize(1);

    Task task = harness.tasks().getFirst();
    harness.update(task.withStatus(task.status().withMessage("started again")));
    session.changed(task.id());
    assertThat(session.next(harness.state())).isEmpty();

    harness
        .spec(
            "web",
            spec ->
                spec.withTaskTemplate(
                    spec.taskTemplate()
                        .withContainerSpec(
                            ContainerSpec.of("web:1").withStopGracePeriod(60 * Samples.SECOND))))
        .pass();
    session.changed(task.id());
    assertThat(session.next(harness.state()).map(Assignment::tasks).orElseThrow())
        .containsExactly(harness.tasks().getFirst())
        .allMatch(t -> t.desiredState() == TaskState.RUNNING);
  }
}
