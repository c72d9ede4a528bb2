package dev.skep.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.model.Kind;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Filled;
import dev.skep.store.state.Op;
import dev.skep.store.state.Transaction;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every store holds can be found, and is what was written. */
public abstract class StateContract extends CommitContract {
  @Test
  void tasks_are_found_by_service_and_node_as_they_move() throws Exception {
    commit(
        now()
            .create(Samples.task("t1", "s1", 1, ""))
            .create(Samples.task("t2", "s1", 2, "n1"))
            .create(Samples.task("t3", "s2", 1, "n1")));
    assertThat(ids(store.state().tasksOfService("s1"))).containsExactly("t1", "t2");
    assertThat(ids(store.state().tasksOfNode("n1"))).containsExactly("t2", "t3");
    assertThat(store.state().tasksOfNode("")).isEmpty();

    Task t1 = store.state().task("t1").orElseThrow();
    Task t3 = store.state().task("t3").orElseThrow();
    commit(now().update(t1.withNodeId("n1")).update(t3.withNodeId("n2").withServiceId("s1")));
    assertThat(ids(store.state().tasksOfNode("n1"))).containsExactly("t1", "t2");
    assertThat(ids(store.state().tasksOfNode("n2"))).containsExactly("t3");
    assertThat(ids(store.state().tasksOfService("s1"))).containsExactly("t1", "t2", "t3");
    assertThat(store.state().servicesWithTasks()).containsExactly("s1");

    Task running =
        store
            .state()
            .task("t1")
            .orElseThrow()
            .withStatus(TaskStatus.of(Samples.LATER, TaskState.RUNNING, "started"));
    commit(now().update(running));
    assertThat(store.state().tasksOfService("s1"))
        .filteredOn(task -> task.state() == TaskState.RUNNING)
        .hasSize(1)
        .containsExactly(store.state().task("t1").orElseThrow());

    for (Task task : List.copyOf(store.state().tasks())) {
      commit(now().delete(task));
    }
    assertThat(store.state().tasksOfService("s1")).isEmpty();
    assertThat(store.state().tasksOfNode("n1")).isEmpty();
    assertThat(store.state().servicesWithTasks()).isEmpty();
  }

  @Test
  void a_task_made_and_dropped_in_one_transaction_leaves_nothing() throws Exception {
    Commit commit =
        commit(
            now().create(Samples.task("t1", "s1", 1, "n1")).add(new Op.Delete(Kind.TASK, "t1", 0)));
    assertThat(commit.changes()).hasSize(2);
    assertThat(store.state().tasks()).isEmpty();
    assertThat(store.state().tasksOfNode("n1")).isEmpty();
    assertThat(store.state().servicesWithTasks()).isEmpty();
  }

  @Test
  void tasks_share_what_they_repeat() throws Exception {
    commit(now().create(Samples.task("t1", "s1", 1, "n1")));
    commit(now().create(Samples.task("t2", "s1", 2, "n2")));
    Task t1 = store.state().task("t1").orElseThrow();
    commit(now().update(t1.withSlot(3).withSpec(Samples.task("t1", "s1", 1, "").spec())));
    assertThat(store.state().task("t2").orElseThrow().spec()).isSameAs(t1.spec());
    assertThat(store.state().task("t1").orElseThrow().spec()).isSameAs(t1.spec());
    assertThat(store.state().task("t1").orElseThrow().slot()).isEqualTo(3);
  }

  @Test
  void snapshots_do_not_change() throws Exception {
    commit(now().create(Samples.task("t1", "s1", 1, "n1")));
    ClusterState snapshot = store.state();
    Task task = snapshot.task("t1").orElseThrow();
    commit(now().update(task.withNodeId("n2")).create(Samples.task("t2", "s1", 2, "n1")));
    commit(now().delete(store.state().task("t1").orElseThrow()));

    assertThat(snapshot.tasks()).containsExactly(task);
    assertThat(snapshot.tasksOfNode("n1")).containsExactly(task);
    assertThat(snapshot.tasksOfNode("n2")).isEmpty();
    assertThat(snapshot.index()).isLessThan(store.state().index());
  }

  @Test
  void keeps_every_component_of_every_kind() throws Exception {
    keepsAll(Filled.everything());
  }

  @Test
  void keeps_what_is_empty_empty() throws Exception {
    keepsAll(Filled.nothing());
  }

  private void keepsAll(List<SwarmObject> objects) throws Exception {
    Transaction.Builder creation = now();
    objects.forEach(creation::create);
    Commit commit = commit(creation);
    for (SwarmObject object : objects) {
      assertThat(store.state().find(object.kind(), object.id()))
          .contains(object.stamped(new Version(commit.index()), Samples.AT, Samples.AT));
    }
  }

  @Test
  void keeps_secret_text() throws Exception {
    commit(now().create(Samples.secret("x1", "a", "c2VjcmV0")));
    Secret secret = store.state().secret("x1").orElseThrow();
    assertThat(secret.spec().data()).isEqualTo(new Sensitive("c2VjcmV0"));
    assertThat(secret.toString()).doesNotContain("c2VjcmV0");
  }
}
