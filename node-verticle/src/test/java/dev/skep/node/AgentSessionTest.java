package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the agent and the leader say to each other. */
class AgentSessionTest extends AgentFixture {
  @Test
  void says_that_no_leader_answers_until_one_does() throws Exception {
    leader().silent(true);
    startAgent();
    eventually(
        () -> silence.get().filter(why -> why.contains("no manager answers")).isPresent(),
        "that no leader answers");
    leader().silent(false);
    leader().awaitSession(1);
    eventually(() -> silence.get().isEmpty(), "that one answers");
  }

  @Test
  void introduces_its_node_and_sends_heartbeats() throws Exception {
    startInSession();
    assertThat(leader().introductions().getFirst().description().hostname()).isEqualTo("host1");
    assertThat(leader().introductions().getFirst().description().resources().nanoCpusOrZero())
        .isEqualTo(2_000_000_000L);
    assertThat(leader().introductions().getFirst().meshAddress()).isEqualTo("127.0.0.2:9000");
    int before = leader().heartbeats();
    eventually(() -> leader().heartbeats() > before + 2, "heartbeats");
  }

  @Test
  void asks_for_everything_after_a_gap_and_takes_nothing_twice() throws Exception {
    startInSession();
    assertThatThrownBy(() -> leader().assignWithGap(Fixtures.task("t1", NODE)))
        .isInstanceOfSatisfying(
            BusFailure.class, e -> assertThat(e.code()).isEqualTo(BusFailure.GAP));
    assertThat(engine().containers()).isEmpty();
    leader().know(Fixtures.task("t2", NODE));
    leader().complete();
    leader().awaitState("t2", TaskState.RUNNING);
    leader().repeat(Fixtures.task("t3", NODE));
    leader().assign(Fixtures.task("t4", NODE));
    leader().awaitState("t4", TaskState.RUNNING);
    assertThat(engine().containers()).hasSize(2);
  }

  @Test
  void a_new_leader_gets_a_new_session_and_the_states_that_it_does_not_have() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitReport("t1", r -> container(r).pid() > 0, "with its process");
    leader().know(leader().task("t1").withStatus(Fixtures.task("t1", NODE).status()));
    leader().forgetReports();
    leader().forgetSession();
    leader().awaitSession(2);
    TaskReport again = leader().awaitState("t1", TaskState.RUNNING);
    assertThat(container(again).pid()).isPositive();
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
  }

  @Test
  void a_state_that_waits_to_be_told_when_the_session_ends_is_told_in_the_next() throws Exception {
    engine().makePullable("reg.example/app:2");
    engine().holdPulls();
    startInSession();
    leader().assign(Fixtures.task("t1", NODE, ContainerSpec.of("reg.example/app:2")));
    leader().silent(true);
    eventually(() -> leader().refusals() > 2, "the wait to end without a session");
    leader().silent(false);
    leader().awaitState("t1", TaskState.PREPARING);
    engine().releasePulls();
    leader().awaitState("t1", TaskState.RUNNING);
  }

  @Test
  void a_task_that_the_leader_does_not_know_is_removed() throws Exception {
    startInSession();
    leader().doNotKnow("t1");
    leader().assign(Fixtures.task("t1", NODE));
    eventually(
        () ->
            engine().calls().stream().anyMatch(c -> c.startsWith("DELETE"))
                || engine().containers().isEmpty(),
        "the container to go");
    eventually(() -> engine().containers().isEmpty(), "the container to go");
  }

  @Test
  void reports_of_many_tasks_travel_together() throws Exception {
    startInSession();
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tasks.add(Fixtures.task("t" + i, NODE));
    }
    leader().assign(tasks.toArray(Task[]::new));
    for (Task task : tasks) {
      leader().awaitState(task.id(), TaskState.RUNNING);
    }
    assertThat(leader().batches())
        .as("six states of a hundred tasks, in far fewer reports")
        .hasSizeLessThan(250);
    assertThat(leader().batches().getFirst()).isGreaterThan(50);
  }

  @Test
  void says_when_its_engine_does_not_answer_and_comes_back_with_it() throws Exception {
    // A minute of its clock passes in a second.
    Instant begin = Instant.now();
    startAgent(() -> begin.plus(Duration.between(begin, Instant.now()).multipliedBy(60)));
    leader().awaitSession(1);
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);

    engine().down();
    eventually(() -> !leader().troubles().isEmpty(), "word of the engine's silence");
    assertThat(leader().troubles().getFirst()).startsWith("the engine does not answer for 30 s: ");
    assertThat(leader().introductions()).hasSize(1);

    engine().exit(engine().named("web.1.t1"), 4);
    engine().up();
    leader().awaitSession(2);
    leader().awaitState("t1", TaskState.FAILED);
    assertThat(leader().troubles()).hasSize(1);
  }

  @Test
  void a_leader_that_knows_as_much_does_not_make_the_agent_forget_details() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitReport("t1", r -> container(r).pid() > 0, "with its process");
    Task known = leader().task("t1");
    leader()
        .assign(
            known
                .withStatus(known.status().withContainerStatus(null))
                .withDesiredState(TaskState.COMPLETE));
    engine().exit(engine().named("web.1.t1"), 0);
    assertThat(container(leader().awaitState("t1", TaskState.COMPLETE)).containerId())
        .isEqualTo(engine().named("web.1.t1").id);
  }
}
