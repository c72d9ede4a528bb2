package dev.skep.scheduler.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Samples;
import dev.skep.scheduler.orchestrate.Plan;
import dev.skep.scheduler.place.Fleet;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Secret.SecretSpec;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskBuilder;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.VersionedData;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpec.SecretReference;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DataVersionPrunerTest {
  private ClusterState state = ClusterState.EMPTY;
  private Instant now = Samples.T0;
  private DataVersionPruner past = new DataVersionPruner(state, now);

  @BeforeEach
  void aSecretThatChangedTwice() {
    Secret secret =
        new Secret(
            "sec",
            Version.NONE,
            now,
            now,
            new SecretSpec("token", Map.of(), new Sensitive("Zmlyc3Q="), null, null));
    commit(Transaction.at(now).create(secret).build());
    for (int version = 1; version <= 2; version++) {
      update(secret().withNewData(new VersionedData(version, new Sensitive("bW9yZQ=="), null)));
    }
    past = new DataVersionPruner(state, now);
    passTime();
  }

  private void commit(Transaction transaction) {
    Commit commit = state.apply(transaction, state.index() + 1);
    state = commit.state();
    past.observe(commit);
  }

  private void update(SwarmObject object) {
    commit(Transaction.at(now).update(object).build());
  }

  private Secret secret() {
    return state.secret("sec").orElseThrow();
  }

  private Service service() {
    return state.service("s").orElseThrow();
  }

  private static ServiceSpec reading(ServiceSpec spec, long version) {
    ContainerSpec container =
        ContainerSpec.of("app:1")
            .withSecrets(List.of(new SecretReference(null, "sec", "token", version)));
    return spec.withTaskTemplate(spec.taskTemplate().withContainerSpec(container));
  }

  private void look() {
    Plan plan = new Plan(state, Fleet.of(state), now, new SplittableRandom(1), 100);
    past.decide(plan);
    Transaction transaction = plan.transaction(1);
    if (!transaction.isEmpty()) {
      commit(transaction);
    }
  }

  private List<Long> kept() {
    return secret().pastData().stream().map(VersionedData::version).toList();
  }

  private void passTime() {
    now = now.plus(DataVersionPruner.REST);
  }

  @Test
  void keeps_what_services_are_at_and_what_they_can_go_back_to() {
    ServiceSpec spec = Samples.spec("web", 1);
    Service service = Samples.service("s", spec);
    commit(
        Transaction.at(now)
            .create(service.withSpec(reading(spec, 1)).withPreviousSpec(reading(spec, 0)))
            .build());
    look();
    assertThat(kept()).containsExactly(0L, 1L);

    passTime();
    update(service().with(s -> s.spec(reading(spec, 2)).previousSpec(reading(spec, 1))));
    look();
    assertThat(kept()).containsExactly(1L);

    passTime();
    commit(Transaction.at(now).delete(service()).build());
    look();
    assertThat(kept()).isEmpty();
    assertThat(secret().spec().data()).isEqualTo(new Sensitive("bW9yZQ=="));
    assertThat(past.nextLook()).isEmpty();
  }

  @Test
  void keeps_what_containers_are_still_to_be_made_with() {
    Service service = Samples.service("s", Samples.spec("web", 1));
    Task task =
        TaskBuilder.builder()
            .id("t")
            .version(Version.NONE)
            .createdAt(now)
            .updatedAt(now)
            .spec(reading(service.spec(), 1).taskTemplate())
            .serviceId("s")
            .serviceName("web")
            .slot(1)
            .nodeId("n1")
            .status(TaskStatus.of(now, TaskState.PREPARING, "preparing"))
            .desiredState(TaskState.RUNNING)
            .build();
    commit(
        Transaction.at(now)
            .create(service.withSpec(reading(service.spec(), 2)))
            .create(task)
            .build());
    look();
    assertThat(kept()).containsExactly(1L);

    passTime();
    update(
        state.task("t").orElseThrow().withStatus(TaskStatus.of(now, TaskState.RUNNING, "started")));
    assertThat(past.nextLook()).hasValue(now);
    look();
    assertThat(kept()).isEmpty();
  }

  @Test
  void forgets_no_more_at_once_than_a_commit_holds() {
    Secret other = secret().with(s -> s.id("other").version(Version.NONE));
    commit(
        Transaction.at(now)
            .create(
                other.withSpec(
                    new SecretSpec("other", Map.of(), new Sensitive("bW9yZQ=="), null, null)))
            .build());
    Plan plan = new Plan(state, Fleet.of(state), now, new SplittableRandom(1), 1);
    past.decide(plan);
    assertThat(plan.transaction(1).ops()).hasSize(1);
    commit(plan.transaction(1));
    assertThat(past.nextLook()).hasValue(now.plus(DataVersionPruner.REST));

    passTime();
    look();
    assertThat(state.secrets()).allMatch(secret -> secret.pastData().isEmpty());
  }

  @Test
  void rests_between_two_looks_and_looks_again_after_a_refused_commit() {
    look();
    assertThat(kept()).isEmpty();
    update(secret().withNewData(new VersionedData(3, new Sensitive("bW9yZQ=="), null)));
    look();
    assertThat(kept()).as("too soon").containsExactly(2L);
    assertThat(past.nextLook()).hasValue(now.plus(DataVersionPruner.REST));

    passTime();
    past.decide(new Plan(state, Fleet.of(state), now, new SplittableRandom(1), 100));
    assertThat(past.nextLook()).isEmpty();
    past.again();
    passTime();
    look();
    assertThat(kept()).isEmpty();
  }
}
