package dev.skep.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.model.Kind;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Op;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a transaction does to what every store holds, and when it is refused. */
public abstract class CommitContract extends StoreUnderTest {
  // ------------------------------------------------------------------ writing

  @Test
  void starts_empty() {
    assertThat(store.state().index()).isZero();
    for (Kind kind : Kind.values()) {
      assertThat(store.state().all(kind)).isEmpty();
      assertThat(store.state().writtenAt(kind)).isZero();
    }
  }

  @Test
  void stamps_what_it_creates() throws Exception {
    Commit commit = commit(now().create(Samples.service("s1", "web")));

    Service service = stored("s1");
    assertThat(service.version()).isEqualTo(new Version(commit.index()));
    assertThat(service.createdAt()).isEqualTo(Samples.AT);
    assertThat(service.updatedAt()).isEqualTo(Samples.AT);
    assertThat(service.spec()).isEqualTo(Samples.service("s1", "web").spec());
    assertThat(commit.changes()).containsExactly(new Change.Created(service));
    assertThat(commit.at()).isEqualTo(Samples.AT);
    assertThat(commit.state().index()).isEqualTo(commit.index());
    assertThat(store.state().index()).isEqualTo(commit.index());
  }

  @Test
  void keeps_the_time_of_creation_on_update() throws Exception {
    commit(now().create(Samples.service("s1", "web")));
    Service before = stored("s1");
    Commit commit =
        commit(
            Transaction.at(Samples.LATER)
                .update(before.withCreatedAt(Samples.LATER).withSpecVersion(new Version(1))));

    Service after = stored("s1");
    assertThat(after.createdAt()).isEqualTo(Samples.AT);
    assertThat(after.updatedAt()).isEqualTo(Samples.LATER);
    assertThat(after.version().index()).isEqualTo(commit.index()).isGreaterThan(1);
    assertThat(commit.changes()).containsExactly(new Change.Updated(before, after));
  }

  @Test
  void knows_since_when_a_spec_is_the_present_one() throws Exception {
    commit(now().create(Samples.service("s1", "web")).create(Samples.node("n1", "host")));
    long created = stored("s1").version().index();
    commit(now().update(stored("s1").withSpecVersion(new Version(1))));
    commit(now().update(node("n1").withStatus(new NodeStatus(NodeStatus.DOWN, "lost", null))));

    Version touched = stored("s1").version();
    assertThat(touched.specSince()).isEqualTo(created);
    assertThat(touched.shows(created)).isTrue();
    assertThat(touched.shows(touched.index())).isTrue();
    assertThat(touched.shows(created - 1)).as("read before it was there").isFalse();
    assertThat(touched.shows(touched.index() + 1)).as("not written yet").isFalse();
    assertThat(node("n1").version().shows(created)).isTrue();

    ServiceSpec labelled = stored("s1").spec().withLabels(Map.of("a", "b"));
    long changed = commit(now().update(stored("s1").withSpec(labelled))).index();
    commit(now().update(node("n1").withSpec(node("n1").spec().withLabels(Map.of("a", "b")))));
    assertThat(stored("s1").version().specSince()).isEqualTo(changed);
    assertThat(stored("s1").version().shows(touched.index())).isFalse();
    assertThat(node("n1").version().shows(created)).isFalse();
  }

  private Node node(String id) {
    return store.state().node(id).orElseThrow();
  }

  @Test
  void deletes() throws Exception {
    commit(now().create(Samples.service("s1", "web")));
    Service service = stored("s1");
    Commit commit = commit(now().delete(service));

    assertThat(store.state().service("s1")).isEmpty();
    assertThat(store.state().named(Kind.SERVICE, "web")).isEmpty();
    assertThat(commit.changes()).containsExactly(new Change.Deleted(service));
  }

  @Test
  void indexes_only_grow() throws Exception {
    long first = commit(now().create(Samples.service("s1", "a"))).index();
    refusal(now().create(Samples.service("s1", "b")));
    long second = commit(now().create(Samples.service("s2", "b"))).index();
    assertThat(first).isPositive();
    assertThat(second).isGreaterThan(first);
  }

  @Test
  void commits_a_transaction_without_steps() throws Exception {
    Commit commit = commit(now());
    assertThat(commit.changes()).isEmpty();
    assertThat(store.state().index()).isEqualTo(commit.index());
  }

  // ------------------------------------------------------------------ refusing

  @Test
  void refuses_an_update_of_an_older_version() throws Exception {
    commit(now().create(Samples.service("s1", "web")));
    Service read = stored("s1");
    commit(now().update(read));
    long current = stored("s1").version().index();

    assertThat(refusal(now().update(read)))
        .isEqualTo(new Refusal.OutOfSequence(Kind.SERVICE, "s1", read.version().index(), current));
    assertThat(refusal(now().delete(read)))
        .isEqualTo(new Refusal.OutOfSequence(Kind.SERVICE, "s1", read.version().index(), current));
  }

  @Test
  void deletes_whatever_version_when_none_is_named() throws Exception {
    commit(now().create(Samples.service("s1", "web")));
    commit(now().update(stored("s1")));
    commit(now().add(new Op.Delete(Kind.SERVICE, "s1", 0)));
    assertThat(store.state().services()).isEmpty();
  }

  @Test
  void refuses_what_is_not_there() throws Exception {
    Refusal missing = new Refusal.NotFound(Kind.SERVICE, "s1");
    assertThat(refusal(now().update(Samples.service("s1", "web")))).isEqualTo(missing);
    assertThat(refusal(now().delete(Samples.service("s1", "web")))).isEqualTo(missing);
  }

  @Test
  void refuses_a_taken_id() throws Exception {
    commit(now().create(Samples.service("s1", "web")));
    assertThat(refusal(now().create(Samples.service("s1", "other"))))
        .isEqualTo(new Refusal.IdTaken(Kind.SERVICE, "s1"));
  }

  @Test
  void refuses_a_taken_name() throws Exception {
    commit(now().create(Samples.service("s1", "web")));
    Refusal conflict = new Refusal.NameConflict(Kind.SERVICE, "web", "s1");
    assertThat(refusal(now().create(Samples.service("s2", "web")))).isEqualTo(conflict);
    commit(now().create(Samples.service("s2", "api")));
    assertThat(refusal(now().update(Samples.renamed(stored("s2"), "web")))).isEqualTo(conflict);
    assertThat(
            refusal(
                now()
                    .create(Samples.secret("x1", "same", "YQ=="))
                    .create(Samples.secret("x2", "same", "YQ=="))))
        .isEqualTo(new Refusal.NameConflict(Kind.SECRET, "same", "x1"));
  }

  @Test
  void names_are_unique_within_a_kind_only_and_not_for_nodes() throws Exception {
    commit(
        now()
            .create(Samples.service("s1", "web"))
            .create(Samples.secret("x1", "web", "YQ=="))
            .create(Samples.node("n1", "host"))
            .create(Samples.node("n2", "host")));
    assertThat(store.state().nodes()).hasSize(2);
    assertThat(store.state().named(Kind.SECRET, "web").map(SwarmObject::id)).contains("x1");
  }

  @Test
  void a_rename_frees_the_old_name() throws Exception {
    commit(now().create(Samples.service("s1", "old")));
    commit(now().update(Samples.renamed(stored("s1"), "new")));
    assertThat(store.state().named(Kind.SERVICE, "old")).isEmpty();
    assertThat(store.state().named(Kind.SERVICE, "new").map(SwarmObject::id)).contains("s1");
    commit(now().create(Samples.service("s2", "old")));
    assertThat(store.state().named(Kind.SERVICE, "old").map(SwarmObject::id)).contains("s2");
  }

  @Test
  void a_name_moves_within_one_transaction() throws Exception {
    commit(now().create(Samples.service("s1", "web")));
    commit(now().delete(stored("s1")).create(Samples.service("s2", "web")));
    assertThat(store.state().named(Kind.SERVICE, "web").map(SwarmObject::id)).contains("s2");
  }

  @Test
  void refuses_when_a_kind_was_written_since() throws Exception {
    commit(now().create(Samples.secret("x1", "a", "YQ==")));
    ClusterState looked = store.state();
    commit(now().create(Samples.service("s1", "web")));

    commit(now().unchanged(Kind.SECRET, looked).create(Samples.service("s2", "b")));
    assertThat(refusal(now().unchanged(Kind.SERVICE, looked).create(Samples.service("s3", "c"))))
        .isEqualTo(new Refusal.Overtaken(Kind.SERVICE, looked.index()));
    commit(now().unchanged(Kind.SERVICE, store.state()).create(Samples.service("s3", "c")));
  }

  @Test
  void a_deletion_counts_as_a_write_of_the_kind() throws Exception {
    commit(now().create(Samples.secret("x1", "a", "YQ==")));
    ClusterState looked = store.state();
    commit(now().delete(looked.secret("x1").orElseThrow()));
    assertThat(refusal(now().unchanged(Kind.SECRET, looked)))
        .isEqualTo(new Refusal.Overtaken(Kind.SECRET, looked.index()));
  }

  @Test
  void a_refused_transaction_changes_nothing() throws Exception {
    commit(
        now()
            .create(Samples.service("s1", "web"))
            .create(Samples.task("t1", "s1", 1, "n1"))
            .create(Samples.secret("x1", "a", "YQ==")));
    ClusterState before = store.state();
    List<Commit> seen = Collections.synchronizedList(new ArrayList<>());
    try (Store.Watch watch = watch(seen::add)) {
      assertThat(watch).isNotNull();
      refusal(
          now()
              .create(Samples.service("s2", "api"))
              .update(Samples.renamed(stored("s1"), "renamed"))
              .update(before.task("t1").orElseThrow().withNodeId("n2"))
              .delete(before.secret("x1").orElseThrow())
              .delete(Samples.service("missing", "x")));
    }
    assertThat(seen).isEmpty();
    assertSame(store.state(), before);
    assertThat(store.state().named(Kind.SERVICE, "web")).isPresent();
    assertThat(store.state().named(Kind.SERVICE, "api")).isEmpty();
    assertThat(store.state().tasksOfNode("n1")).hasSize(1);
    assertThat(store.state().tasksOfNode("n2")).isEmpty();
  }

  @Test
  void refuses_a_term_that_is_not_the_leaders() throws Exception {
    long term = store.leadership().term();
    commit(now().term(term).create(Samples.service("s1", "web")));
    assertThat(refusal(now().term(term - 1).create(Samples.service("s2", "b"))))
        .isEqualTo(new Refusal.StaleTerm(term - 1, term));
    assertThat(refusal(now().term(term + 1).create(Samples.service("s2", "b"))))
        .isEqualTo(new Refusal.StaleTerm(term + 1, term));
    assertThat(store.state().services()).hasSize(1);
  }

  // ------------------------------------------------------------------ together

  @Test
  void of_many_committers_on_one_version_one_wins_each_time() throws Exception {
    int writers = 8;
    int rounds = 25;
    commit(now().create(Samples.service("s1", "web")));
    List<Commit> seen = Collections.synchronizedList(new ArrayList<>());
    try (Store.Watch watch = watch(seen::add)) {
      assertThat(watch).isNotNull();
      List<Thread> threads = new ArrayList<>();
      List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
      for (int w = 0; w < writers; w++) {
        threads.add(Thread.ofVirtual().start(() -> count(rounds, failures)));
      }
      for (Thread thread : threads) {
        assertThat(thread.join(java.time.Duration.ofSeconds(WAIT_SECONDS))).isTrue();
      }
      assertThat(failures).isEmpty();
    }
    assertThat(stored("s1").spec().taskTemplate().forceUpdate()).isEqualTo((long) writers * rounds);
    assertThat(seen).hasSize(writers * rounds);
    assertThat(seen).extracting(Commit::index).isSorted().doesNotHaveDuplicates();
  }

  /** Adds one to a counter so many times, trying again after each lost race. */
  private void count(int rounds, List<Throwable> failures) {
    for (int i = 0; i < rounds; ) {
      Service read = stored("s1");
      long counted = read.spec().taskTemplate().forceUpdate();
      Service next =
          read.withSpec(
              read.spec()
                  .withTaskTemplate(read.spec().taskTemplate().withForceUpdate(counted + 1)));
      try {
        commit(now().update(next));
        i++;
      } catch (StoreException e) {
        if (!(e.refusal() instanceof Refusal.OutOfSequence)) {
          failures.add(e);
          return;
        }
      } catch (Exception e) {
        failures.add(e);
        return;
      }
    }
  }
}
