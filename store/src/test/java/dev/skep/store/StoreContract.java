package dev.skep.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.model.Kind;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.replica.CommitLog;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Filled;
import dev.skep.store.state.Op;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must do. A store's own test extends this and says how to open one. */
public abstract class StoreContract {
  /**
   * What is to happen is waited for so long at most: on a machine that is busy with other things,
   * seconds become a minute.
   */
  protected static final long WAIT_SECONDS = 180;

  protected Store store;

  /** A new store with nothing in it, whose member leads. */
  protected abstract Store open() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeStore() throws Exception {
    await(store.close());
  }

  protected static <T> T await(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  protected Commit commit(Transaction.Builder transaction) throws Exception {
    return await(store.commit(transaction.build()));
  }

  protected Refusal refusal(Transaction.Builder transaction) throws Exception {
    try {
      Commit commit = commit(transaction);
      throw new AssertionError("not refused but committed at " + commit.index());
    } catch (StoreException e) {
      return e.refusal();
    }
  }

  protected static Transaction.Builder now() {
    return Transaction.at(Samples.AT);
  }

  protected Service stored(String serviceId) {
    return store.state().service(serviceId).orElseThrow();
  }

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
    try (Store.Watch watch = store.watch(seen::add)) {
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

  // ------------------------------------------------------------------ indexes

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

  // ------------------------------------------------------------------ keeping

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

  // ------------------------------------------------------------------ watching

  @Test
  void watchers_see_every_commit_once_and_in_order() throws Exception {
    commit(now().create(Samples.service("before", "before")));
    List<Commit> seen = Collections.synchronizedList(new ArrayList<>());
    List<Commit> committed = new ArrayList<>();
    try (Store.Watch watch = store.watch(seen::add)) {
      assertThat(watch).isNotNull();
      for (int i = 0; i < 50; i++) {
        committed.add(commit(now().create(Samples.service("s" + i, "n" + i))));
        if (i % 10 == 0) {
          refusal(now().create(Samples.service("s" + i, "again")));
        }
      }
    }
    commit(now().create(Samples.service("after", "after")));
    assertThat(seen).containsExactlyElementsOf(committed);
  }

  @Test
  void a_watcher_has_seen_a_commit_when_its_future_completes() throws Exception {
    AtomicReference<Commit> last = new AtomicReference<>();
    try (Store.Watch watch = store.watch(last::set)) {
      assertThat(watch).isNotNull();
      for (int i = 0; i < 20; i++) {
        Commit commit = commit(now().create(Samples.service("s" + i, "n" + i)));
        assertThat(last.get()).isEqualTo(commit);
        assertThat(store.state().index()).isEqualTo(commit.index());
      }
    }
  }

  @Test
  void a_watch_replays_from_an_index() throws Exception {
    List<Commit> committed = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      committed.add(commit(now().create(Samples.service("s" + i, "n" + i))));
    }
    List<Commit> seen = Collections.synchronizedList(new ArrayList<>());
    Store.Watch watch = store.watch(committed.get(3).index(), seen::add);
    assertThat(seen).containsExactlyElementsOf(committed.subList(4, 10));
    committed.add(commit(now().create(Samples.service("more", "more"))));
    watch.close();
    assertThat(seen).containsExactlyElementsOf(committed.subList(4, 11));
    watch.close();
  }

  @Test
  void a_watch_from_the_start_replays_everything() throws Exception {
    Commit first = commit(now().create(Samples.service("s1", "web")));
    List<Commit> seen = Collections.synchronizedList(new ArrayList<>());
    store.watch(0, seen::add).close();
    assertThat(seen).containsExactly(first);
  }

  @Test
  void a_watch_from_an_index_to_come_waits_for_it() throws Exception {
    long next = commit(now().create(Samples.service("s0", "n0"))).index() + 1;
    List<Commit> seen = Collections.synchronizedList(new ArrayList<>());
    try (Store.Watch watch = store.watch(next, seen::add)) {
      assertThat(watch).isNotNull();
      commit(now().create(Samples.service("s1", "n1")));
      Commit second = commit(now().create(Samples.service("s2", "n2")));
      assertThat(seen).containsExactly(second);
    }
  }

  @Test
  void a_watch_from_an_index_no_longer_kept_is_refused() throws Exception {
    Node node = Samples.node("n1", "host");
    Commit first = commit(now().create(node));
    List<Future<Commit>> many = new ArrayList<>();
    for (int i = 0; i < CommitLog.KEPT; i++) {
      many.add(store.commit(now().build()));
      if (many.size() == 64) {
        await(Future.all(many));
        many.clear();
      }
    }
    await(Future.all(many));
    assertThatThrownBy(() -> store.watch(0, commit -> {}))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.refusal()).isEqualTo(new Refusal.Compacted(0, first.index())));
    store.watch(first.index(), commit -> {}).close();
  }

  @Test
  void watchers_that_fail_disturb_nobody() throws Exception {
    List<Commit> seen = Collections.synchronizedList(new ArrayList<>());
    try (Store.Watch failing =
            store.watch(commit -> {
              throw new IllegalStateException("on purpose");
            });
        Store.Watch watch = store.watch(seen::add)) {
      assertThat(failing).isNotNull();
      assertThat(watch).isNotNull();
      Commit commit = commit(now().create(Samples.service("s1", "web")));
      assertThat(seen).containsExactly(commit);
    }
  }

  @Test
  void a_watcher_may_commit_and_order_stays() throws Exception {
    List<Long> first = Collections.synchronizedList(new ArrayList<>());
    List<Long> second = Collections.synchronizedList(new ArrayList<>());
    List<Future<Commit>> answers = Collections.synchronizedList(new ArrayList<>());
    try (Store.Watch one =
            store.watch(commit -> {
              first.add(commit.index());
              if (commit.state().services().size() < 5) {
                String next = "s" + commit.index();
                answers.add(store.commit(now().create(Samples.service(next, next)).build()));
              }
            });
        Store.Watch two = store.watch(commit -> second.add(commit.index()))) {
      assertThat(one).isNotNull();
      assertThat(two).isNotNull();
      commit(now().create(Samples.service("s0", "n0")));
      for (int i = 0; i < 4; i++) {
        await(answers.get(i));
      }
      assertThat(store.state().services()).hasSize(5);
      assertThat(first).hasSize(5).isSorted().doesNotHaveDuplicates();
      assertThat(second).isEqualTo(first);
    }
  }

  // ------------------------------------------------------------------ together

  @Test
  void of_many_committers_on_one_version_one_wins_each_time() throws Exception {
    int writers = 8;
    int rounds = 25;
    commit(now().create(Samples.service("s1", "web")));
    List<Commit> seen = Collections.synchronizedList(new ArrayList<>());
    try (Store.Watch watch = store.watch(seen::add)) {
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

  // ------------------------------------------------------------------ leading

  @Test
  void leads_and_says_so_at_once() {
    assertThat(store.leadership().leader()).isTrue();
    assertThat(store.leadership().term()).isPositive();
    List<Leadership> told = new ArrayList<>();
    store.onLeadership(told::add).close();
    assertThat(told).containsExactly(store.leadership());
  }

  // ------------------------------------------------------------------ comparing

  protected static List<String> ids(java.util.Collection<? extends SwarmObject> objects) {
    return objects.stream().map(SwarmObject::id).sorted().toList();
  }

  /** Fails unless the two snapshots are alike in everything that can be asked of them. */
  protected static void assertSame(ClusterState actual, ClusterState expected) {
    assertThat(actual.index()).isEqualTo(expected.index());
    for (Kind kind : Kind.values()) {
      assertThat(actual.writtenAt(kind))
          .as("%s written at", kind)
          .isEqualTo(expected.writtenAt(kind));
      assertThat(sorted(actual, kind)).isEqualTo(sorted(expected, kind));
      for (SwarmObject object : expected.all(kind)) {
        if (kind.uniqueNames()) {
          assertThat(actual.named(kind, object.name())).isEqualTo(Optional.of(object));
        }
      }
    }
    assertThat(actual.ids()).isEqualTo(expected.ids());
    assertThat(actual.tasksByService()).isEqualTo(expected.tasksByService());
    assertThat(actual.tasksByNode()).isEqualTo(expected.tasksByNode());
  }

  private static List<String> sorted(ClusterState state, Kind kind) {
    Stream<SwarmObject> objects = state.all(kind).stream();
    return objects.map(Json::stored).sorted().toList();
  }
}
