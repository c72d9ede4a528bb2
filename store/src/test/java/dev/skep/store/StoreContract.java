package dev.skep.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.model.Node;
import dev.skep.store.replica.CommitLog;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * What every store must do; a store's own test extends this and says how to open one. Here: how it
 * tells those who follow it.
 */
public abstract class StoreContract extends StateContract {
  @Test
  void watchers_see_every_commit_once_and_in_order() throws Exception {
    commit(now().create(Samples.service("before", "before")));
    List<Commit> seen = Collections.synchronizedList(new ArrayList<>());
    List<Commit> committed = new ArrayList<>();
    try (Store.Watch watch = watch(seen::add)) {
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
    try (Store.Watch watch = watch(last::set)) {
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
    Store.Watch watch = watch(committed.get(3).index(), seen::add);
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
    watch(0, seen::add).close();
    assertThat(seen).containsExactly(first);
  }

  @Test
  void a_watch_from_an_index_to_come_waits_for_it() throws Exception {
    long next = commit(now().create(Samples.service("s0", "n0"))).index() + 1;
    List<Commit> seen = Collections.synchronizedList(new ArrayList<>());
    try (Store.Watch watch = watch(next, seen::add)) {
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
        Await.result(Future.all(many));
        many.clear();
      }
    }
    Await.result(Future.all(many));
    assertThatThrownBy(() -> watch(0, commit -> {}))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.refusal()).isEqualTo(new Refusal.Compacted(0, first.index())));
    watch(first.index(), commit -> {}).close();
  }

  @Test
  void watchers_that_fail_disturb_nobody() throws Exception {
    List<Commit> seen = Collections.synchronizedList(new ArrayList<>());
    try (Store.Watch failing =
            watch(commit -> {
              throw new IllegalStateException("on purpose");
            });
        Store.Watch watch = watch(seen::add)) {
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
            watch(commit -> {
              first.add(commit.index());
              if (commit.state().services().size() < 5) {
                String next = "s" + commit.index();
                answers.add(store.commit(now().create(Samples.service(next, next)).build()));
              }
            });
        Store.Watch two = watch(commit -> second.add(commit.index()))) {
      assertThat(one).isNotNull();
      assertThat(two).isNotNull();
      commit(now().create(Samples.service("s0", "n0")));
      for (int i = 0; i < 4; i++) {
        Await.result(answers.get(i));
      }
      assertThat(store.state().services()).hasSize(5);
      assertThat(first).hasSize(5).isSorted().doesNotHaveDuplicates();
      assertThat(second).isEqualTo(first);
    }
  }

  @Test
  void the_latest_state_has_what_was_committed_before() throws Exception {
    List<Future<Commit>> commits = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      commits.add(store.commit(now().create(Samples.service("s" + i, "n" + i)).build()));
    }
    Commit last = Await.result(commits.getLast());
    ClusterState latest = Await.result(store.latest());
    assertThat(latest.index()).isGreaterThanOrEqualTo(last.index());
    assertThat(latest.services()).hasSize(20);
  }

  @Test
  void leads_and_says_so_at_once() {
    assertThat(store.leadership().here()).isTrue();
    assertThat(store.leadership().leader()).isNotEmpty();
    assertThat(store.leadership().term()).isPositive();
    Told told = new Told();
    store.follow(told).close();
    assertThat(told.all()).containsExactly(store.state(), store.leadership());
  }

  @Test
  void who_follows_from_now_on_begins_with_the_state() throws Exception {
    commit(now().create(Samples.service("s1", "web")));
    ClusterState begin = store.state();
    Told told = new Told();
    try (Store.Watch watch = store.follow(told)) {
      assertThat(watch).isNotNull();
      Commit next = commit(now().create(Samples.service("s2", "api")));
      assertThat(told.all()).containsExactly(begin, store.leadership(), next);
    }
  }

  @Test
  void who_follows_from_an_index_is_told_who_leads_and_no_state() throws Exception {
    Commit first = commit(now().create(Samples.service("s1", "web")));
    Told told = new Told();
    store.follow(0, told).close();
    assertThat(told.all()).containsExactly(store.leadership(), first);
  }
}
