package dev.skep.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.fake.FakeContainer;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.store.model.spec.TaskSpec;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the agent finds when it, its leader or its engine comes back. */
class AgentRestartTest extends AgentFixture {
  @Test
  void a_probed_container_that_an_earlier_life_made_does_not_run_before_it_is_healthy()
      throws Exception {
    ContainerSpec spec =
        ContainerSpecBuilder.builder()
            .image(Fixtures.IMAGE)
            .healthcheck(
                new ContainerSpec.Healthcheck(List.of("CMD", "true"), null, null, null, null, null))
            .build();
    startInSession();
    leader().assign(Fixtures.task("t1", NODE, spec).withDesiredState(TaskState.READY));
    leader().awaitState("t1", TaskState.READY);
    stopAgent();
    startAgent();
    leader().awaitSession(2);
    leader().want("t1", TaskState.RUNNING);
    eventually(() -> engine().named("web.1.t1").running(), "the container to run");
    engine().health(engine().named("web.1.t1"), "unhealthy", "nobody home");
    assertThat(leader().awaitState("t1", TaskState.FAILED).status().err())
        .endsWith("dockerexec: unhealthy container: nobody home");
    assertThat(leader().reports("t1"))
        .extracting(r -> r.status().state())
        .doesNotContain(TaskState.RUNNING);
  }

  @Test
  void a_container_whose_assignment_was_not_saved_has_its_place_once_the_leader_speaks()
      throws Exception {
    TaskSpec spec =
        TaskSpec.of(ContainerSpec.of(Fixtures.IMAGE))
            .withNetworks(
                List.of(
                    new TaskSpec.NetworkAttachmentConfig("net1", List.of(), java.util.Map.of())));
    startInSession();
    leader().provide(Fixtures.network("net1", "back"));
    leader().assign(Fixtures.task("t1", NODE, spec));
    List<Task.NetworkAttachment> place = leader().awaitState("t1", TaskState.RUNNING).networks();
    assertThat(place.getFirst().addresses()).isNotEmpty();
    leader().awaitReport("t1", r -> container(r).pid() > 0, "with its process");
    stopAgent();
    Files.delete(dir.resolve("data/assignments.json"));
    leader().silent(true);
    leader().know(Fixtures.task("t1", NODE, spec));
    leader().forgetReports();
    engine().forgetCalls();
    startAgent();
    eventually(
        () -> engine().calls().stream().anyMatch(c -> c.matches("GET .*/[0-9a-f]{64}/json")),
        "the container to be looked at");
    leader().silent(false);
    assertThat(leader().awaitState("t1", TaskState.RUNNING).networks()).isEqualTo(place);
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
    assertThat(engine().networkNames()).as("tidied up with care").hasSize(1);
  }

  @Test
  void a_network_that_was_removed_meanwhile_goes_with_the_last_container_on_it() throws Exception {
    TaskSpec spec =
        TaskSpec.of(ContainerSpec.of(Fixtures.IMAGE))
            .withNetworks(
                List.of(
                    new TaskSpec.NetworkAttachmentConfig("net1", List.of(), java.util.Map.of())));
    startInSession();
    leader().provide(Fixtures.network("net1", "back"));
    leader().assign(Fixtures.task("t1", NODE, spec));
    leader().awaitReport("t1", r -> container(r).pid() > 0, "with its process");
    stopAgent();
    leader().withdraw("net1");
    engine().holdLists();
    engine().forgetCalls();
    startAgent();
    leader().awaitSession(2);
    engine().releaseLists();
    eventually(
        () -> engine().calls().stream().anyMatch(c -> c.matches("GET .*/[0-9a-f]{64}/json")),
        "the container to be looked at");
    assertThat(engine().networkNames()).hasSize(1);
    engine().destroy(engine().named("web.1.t1"));
    leader().awaitState("t1", TaskState.FAILED);
    leader().unassign("t1");
    eventually(() -> engine().networkNames().isEmpty(), "the network to be removed");
  }

  @Test
  void without_a_leader_containers_go_on_and_their_end_is_reported_later() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    leader().silent(true);
    engine().exit(engine().named("web.1.t1"), 1);
    leader().silent(false);
    leader().awaitState("t1", TaskState.FAILED);
  }

  @Test
  void adopts_its_containers_after_a_restart_and_touches_none_that_is_well() throws Exception {
    startInSession();
    leader()
        .assign(Fixtures.task("t1", NODE), Fixtures.task("t2", NODE), Fixtures.task("t3", NODE));
    for (String id : List.of("t1", "t2", "t3")) {
      leader().awaitReport(id, r -> container(r).pid() > 0, "with its process");
    }
    stopAgent();
    leader().silent(true);
    engine().exit(engine().named("web.1.t2"), 5);
    engine().destroy(engine().named("web.1.t3"));
    leader().forgetReports();
    engine().forgetCalls();
    startAgent();
    eventually(
        () -> engine().calls().stream().filter(c -> c.endsWith("/json")).count() >= 3,
        "the containers to be looked at");
    leader().silent(false);
    assertThat(leader().awaitState("t2", TaskState.FAILED).status().err())
        .isEqualTo("task: non-zero exit (5)");
    assertThat(leader().awaitState("t3", TaskState.FAILED).status().err())
        .isEqualTo("dockerexec: container destroyed");
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
    assertThat(engine().calls()).noneMatch(c -> c.startsWith("POST"));
    assertThat(leader().reports("t1")).as("nothing new to say of it").isEmpty();
  }

  @Test
  void without_a_leader_it_creates_nothing_and_removes_nothing() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    stopAgent();
    Files.deleteIfExists(dir.resolve("data/assignments.json"));
    leader().silent(true);
    engine().forgetCalls();
    startAgent();
    eventually(
        () ->
            engine().calls().stream()
                .anyMatch(c -> c.matches("GET .*/containers/[0-9a-f]{64}/json")),
        "the container to be looked at");
    assertThat(engine().named("web.1.t1").running()).isTrue();
    leader().silent(false);
    leader().awaitSession(2);
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
  }

  @Test
  void removes_its_leftovers_once_the_leader_has_spoken_and_no_others() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE), Fixtures.task("t2", NODE));
    leader().awaitState("t1", TaskState.RUNNING);
    leader().awaitState("t2", TaskState.RUNNING);
    stopAgent();
    FakeContainer other = foreign("other");
    leader().unassignSilently("t2");
    leader().forgetSession();
    startAgent();
    eventually(() -> engine().containers().size() == 2, "the leftover to go");
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
    assertThat(other.running()).isTrue();
  }

  @Test
  void an_engine_that_goes_away_costs_no_task() throws Exception {
    startInSession();
    leader().assign(Fixtures.task("t1", NODE), Fixtures.task("t2", NODE));
    leader().awaitReport("t1", r -> container(r).pid() > 0, "with its process");
    leader().awaitReport("t2", r -> container(r).pid() > 0, "with its process");
    engine().down();
    engine().exit(engine().named("web.1.t2"), 4);
    leader().assign(Fixtures.task("t3", NODE));
    engine().up();
    leader().awaitState("t2", TaskState.FAILED);
    leader().awaitState("t3", TaskState.RUNNING);
    assertThat(engine().named("web.1.t1").starts()).isEqualTo(1);
  }
}
