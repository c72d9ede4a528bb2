package dev.skep.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.Leadership;
import dev.skep.store.Told;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.state.Commit;
import dev.skep.store.state.StoreException;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several members of one group: what each of them may rely on, whatever the network does. */
class GroupTest {
  private static final int STEPS = 40;

  @TempDir Path directory;

  @Test
  void all_members_are_told_who_leads() {
    SimulatedNetwork network = new SimulatedNetwork(1);
    try (Group group = Group.found(directory, network)) {
      String first = group.leader();
      Told told = new Told();
      group.store(group.follower()).follow(told);
      long term = group.store(first).leadership().term();
      assertThat(told.of(Leadership.class)).containsExactly(Leadership.of(term, first));
      assertThat(group.running().stream().filter(store -> store.leadership().here())).hasSize(1);

      group.stop(first);
      String second = group.leader();
      assertThat(second).isNotEqualTo(first);
      long next = group.store(second).leadership().term();
      assertThat(next).isGreaterThan(term);
      Await.until(
          "the member is told the second leader",
          Group.BOUND,
          () -> told.of(Leadership.class).getLast().leader(),
          second::equals);
      assertThat(told.of(Leadership.class)).extracting(Leadership::term).isSorted();

      group.start(first);
      group.leader();
      assertThat(group.store(first).leadership().here()).isFalse();
    }
  }

  @Test
  void a_leader_that_reaches_nobody_leads_no_more_and_acknowledges_nothing() {
    SimulatedNetwork network = new SimulatedNetwork(2);
    try (Group group = Group.found(directory, network)) {
      String first = group.leader();
      network.setApart(first);
      Future<Commit> lost = group.store(first).commit(Group.service("lost"));
      String second = group.leaderBut(first);
      group.commit(second, "kept");
      Await.until(
          "nobody is known to lead where nobody is reached",
          Group.BOUND,
          () -> group.store(first).leadership(),
          now -> now.leader() == null);
      assertThat(lost.succeeded()).isFalse();
      assertThat(Await.failure(group.store(first).commit(Group.service("lost too")))).isNotNull();

      network.heal();
      assertThat(group.settle()).containsExactly("kept");
      assertThat(lost.succeeded()).isFalse();
    }
  }

  @Test
  void a_commit_of_a_member_that_follows_is_seen_there_when_it_completes() {
    SimulatedNetwork network = new SimulatedNetwork(3);
    try (Group group = Group.found(directory, network)) {
      network.disturb(0, 60);
      int seen = 0;
      for (int i = 0; i < 30 && seen < 10; i++) {
        String follower = group.follower();
        RaftStore store = group.store(follower);
        Optional<Commit> commit = group.attempt(follower, "s" + i);
        if (commit.isPresent()) {
          assertThat(commit.get().state().service("s" + i)).isPresent();
          assertThat(store.state().index()).isGreaterThanOrEqualTo(commit.get().index());
          assertThat(store.state().service("s" + i)).isPresent();
          assertThat(group.attempt(follower, "s" + i)).isEmpty();
          seen++;
        }
      }
      assertThat(seen).as("commits that no change of leader came between").isEqualTo(10);
    }
  }

  @Test
  void who_is_refused_by_the_leader_is_told_why_where_it_asked() {
    SimulatedNetwork network = new SimulatedNetwork(4);
    try (Group group = Group.found(directory, network)) {
      String follower = group.follower();
      group.commit(follower, "web");
      Throwable refused = Await.failure(group.store(follower).commit(Group.service("web")));
      assertThat(refused).isInstanceOf(StoreException.class).hasMessageContaining("already exists");
    }
  }

  /** The seed is in the test's name; the faults are the seed's, Ratis's threads are not. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void what_was_acknowledged_is_never_lost(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
    SimulatedNetwork network = new SimulatedNetwork(seed);
    try (Group group = Group.found(directory, network)) {
      List<Future<?>> all = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        fault(group, network, random);
        for (RaftStore store : group.running()) {
          String name = "s" + all.size();
          all.add(store.commit(Group.service(name)).onSuccess(commit -> acknowledged.add(name)));
        }
        // The next fault comes while these are under way, or soon after.
        settleSome(all, random);
      }
      network.heal();
      for (String member : Group.MEMBERS) {
        if (!group.runs(member)) {
          group.start(member);
        }
      }
      group.leader();
      Await.until("all are answered", Group.BOUND, () -> all.stream().allMatch(Future::isComplete));
      group.commit(group.leader(), "last");
      List<String> names = group.settle();
      assertThat(names).as("seed %d", seed).containsAll(acknowledged).contains("last");
      assertThat(acknowledged).as("seed %d", seed).isNotEmpty();
      for (RaftStore store : group.running()) {
        assertThat(store.state().services().stream().map(SwarmObject::name).sorted().toList())
            .as("seed %d", seed)
            .isEqualTo(names);
      }
    }
  }

  private static void fault(Group group, SimulatedNetwork network, SplittableRandom random) {
    String member = Group.MEMBERS.get(random.nextInt(Group.MEMBERS.size()));
    switch (random.nextInt(10)) {
      case 0, 1 -> network.setApart(member);
      case 2, 3, 4 -> network.heal();
      case 5 -> network.disturb(10, 30);
      case 6 -> {
        // A majority goes on running.
        if (group.runs(member) && group.running().size() == Group.MEMBERS.size()) {
          group.stop(member);
        }
      }
      case 7, 8 -> {
        for (String stopped : Group.MEMBERS) {
          if (!group.runs(stopped)) {
            network.heal();
            group.start(stopped);
          }
        }
      }
      default -> {
        // nothing this time
      }
    }
  }

  /** Waits until all but a few are answered, or for a moment where they cannot be. */
  private static void settleSome(List<Future<?>> all, SplittableRandom random) {
    int open = random.nextInt(3);
    CountDownLatch answered = new CountDownLatch(Math.max(0, all.size() - open));
    all.forEach(future -> future.onComplete(done -> answered.countDown()));
    try {
      var _ = answered.await(200, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
