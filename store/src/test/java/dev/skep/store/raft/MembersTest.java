package dev.skep.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.MemberException;
import dev.skep.store.MemberException.Reason;
import dev.skep.store.StoreMembers.Member;
import dev.skep.store.StoreMembers.Reachability;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.net.HostPort;
import dev.skep.store.raft.file.GroupFiles;
import dev.skep.store.state.StoreException;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Members that come and go, over real connections. */
@Execution(ExecutionMode.CONCURRENT)
class MembersTest {
  /** Somewhat more than an election that nobody wins, on a busy machine. */
  private static final Duration REFUSED = Duration.ofSeconds(20);

  @TempDir Path directory;

  private Links links() {
    return new TlsLinks();
  }

  @Test
  void come_and_go_while_others_write() {
    try (Group group = Group.grown(directory, links(), "m1");
        Writers writers = new Writers(group)) {
      for (String member : List.of("m2", "m3", "m4", "m5")) {
        group.add(member);
        writers.awaitMore();
      }
      assertThat(group.store(group.leader()).members())
          .allMatch(member -> member.reachability() == Reachability.REACHABLE)
          .extracting(Member::id)
          .containsExactly("m1", "m2", "m3", "m4", "m5");
      for (String member : List.of("m1", "m5", "m3", "m4")) {
        group.remove(member);
        writers.awaitMore();
      }
      writers.stop();
      assertThat(group.settle()).containsAll(writers.acknowledged());
      assertThat(group.store("m2").members()).extracting(Member::id).containsExactly("m2");
    }
  }

  @Test
  void go_on_when_the_leader_is_lost_and_when_it_is_back() {
    try (Group group = Group.grown(directory, links(), "m1", "m2", "m3")) {
      group.commit(group.follower(), "first");
      String lost = group.leader();
      group.stop(lost);
      group.commit(group.leader(), "second");
      Await.until(
          "the lost one is seen as such",
          Group.BOUND,
          () -> member(group, lost).reachability() == Reachability.UNREACHABLE);
      group.start(lost);
      assertThat(group.settle()).containsExactly("first", "second");
      assertThat(names(group.store(lost))).containsExactly("first", "second");
    }
  }

  private static Member member(Group group, String id) {
    return group.store(group.leader()).members().stream()
        .filter(member -> member.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> names(RaftStore store) {
    return store.state().services().stream().map(SwarmObject::name).sorted().toList();
  }

  @Test
  void refuse_commits_and_reads_while_too_few_are_there() {
    try (Group group = Group.grown(directory, links(), "m1", "m2", "m3")) {
      group.commit("m1", "before");
      group.stop("m2");
      group.stop("m3");
      Await.until(
          "nobody leads",
          Group.BOUND,
          () -> group.store("m1").leadership(),
          now -> now.leader() == null);
      Future<?> write = group.store("m1").commit(Group.service("lost"));
      Future<?> read = group.store("m1").latest();
      for (Future<?> refused : List.of(write, read)) {
        Await.until("it is refused", REFUSED, refused::isComplete);
        assertThat(refused.cause())
            .isInstanceOf(StoreException.class)
            .hasMessage(
                "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.");
      }
      assertThat(names(group.store("m1"))).containsExactly("before");

      group.start("m2");
      group.commit("m1", "after");
      group.start("m3");
      assertThat(group.settle()).containsExactly("after", "before");
    }
  }

  @Test
  void all_start_again_with_what_they_had() {
    try (Group group = Group.grown(directory, links(), "m1", "m2", "m3")) {
      group.commit("m2", "kept");
      List.of("m1", "m2", "m3").forEach(group::stop);
      group.startAll(List.of("m1", "m2", "m3"));
      group.commit("m3", "more");
      assertThat(group.settle()).containsExactly("kept", "more");
    }
  }

  @Test
  void a_new_one_begins_with_a_snapshot_of_what_is_no_longer_in_the_log() {
    try (Group group = Group.grown(directory, links(), "m1")) {
      for (int i = 0; i < 40; i++) {
        group.commitLarge("m1", "s" + i);
      }
      group.add("m2");
      group.add("m3");
      assertThat(group.settle()).hasSize(40);
      assertThat(group.store("m2").state().configs()).hasSize(40);

      group.stop("m3");
      for (int i = 40; i < 80; i++) {
        group.commitLarge("m1", "s" + i);
      }
      group.start("m3");
      assertThat(group.settle()).hasSize(80);
      List.of("m1", "m2", "m3").forEach(group::stop);
      group.startAll(List.of("m1", "m2", "m3"));
      assertThat(group.settle()).hasSize(80);
    }
  }

  @Test
  void one_goes_on_alone_and_what_is_left_of_the_others_does_not_disturb_it() {
    try (Group group = Group.grown(directory, links(), "m1", "m2", "m3")) {
      group.commit("m1", "kept");
      group.settle();
      List.of("m1", "m2", "m3").forEach(group::stop);

      group.startAlone("m2");
      assertThat(names(group.store("m2"))).containsExactly("kept");
      assertThat(group.store("m2").members()).extracting(Member::id).containsExactly("m2");
      assertThat(group.store("m2").listens()).isEmpty();
      group.commit("m2", "alone");
      group.stop("m2");
      group.start("m2");
      group.commit("m2", "again");
      group.add("m4");
      long term = group.store("m2").leadership().term();

      Future<RaftStore> oneLeft = group.open("m1");
      Future<RaftStore> otherLeft = group.open("m3");
      RaftStore left = Await.result(oneLeft, Group.BOUND);
      RaftStore other = Await.result(otherLeft, Group.BOUND);
      Await.until(
          "the others have a leader of their own",
          Group.BOUND,
          () -> left.leadership().here() || other.leadership().here());
      group.commit("m4", "undisturbed");
      assertThat(group.settle()).containsExactly("again", "alone", "kept", "undisturbed");
      assertThat(group.store("m2").leadership().term()).isEqualTo(term);
      Await.result(Future.all(left.close(), other.close()), Group.BOUND);
    }
  }

  /** As a crash leaves it: the group has its new id, and still its old members. */
  @Test
  void going_on_alone_is_done_again_when_it_was_cut_short() throws Exception {
    try (Group group = Group.grown(directory, links(), "m1", "m2")) {
      group.commit("m1", "kept");
      group.settle();
      List.of("m1", "m2").forEach(group::stop);
      Path store = group.options("m1").directory();
      Path cut = GroupFiles.storage(store).resolve(UUID.randomUUID().toString());
      Files.move(GroupFiles.in(store), cut);

      group.startAlone("m1");
      assertThat(GroupFiles.in(store)).isNotEqualTo(cut);
      group.commit("m1", "alone");
      assertThat(group.settle()).containsExactly("alone", "kept");
    }
  }

  @Test
  void a_read_of_the_latest_sees_what_was_written_anywhere() {
    try (Group group = Group.grown(directory, links(), "m1", "m2", "m3")) {
      for (int i = 0; i < 20; i++) {
        String name = "s" + i;
        String writer = "m" + (1 + i % 3);
        String reader = "m" + (1 + (i + 1) % 3);
        if (i == 10) {
          group.onLeader("hand over", RaftStore::transferLeadership);
        }
        group.commit(writer, name);
        assertThat(Await.result(group.store(reader).latest(), Group.BOUND).service(name))
            .as("%s on %s", name, reader)
            .isPresent();
      }
    }
  }

  @Test
  void one_that_nobody_added_yet_starts_again_and_is_added_then() {
    try (Group group = Group.grown(directory, links(), "m1")) {
      group.commit("m1", "web");
      group.join("m2");
      assertThat(group.store("m2").members()).isEmpty();
      assertThat(group.store("m2").leadership().leader()).isNull();
      group.stop("m2");
      group.start("m2");
      group.onLeader("m2", leader -> leader.addMember("m2", group.address("m2")));
      assertThat(group.settle()).containsExactly("web");
    }
  }

  @Test
  void one_is_found_again_at_another_address() {
    Links links = links();
    try (Group group = Group.grown(directory, links, "m1", "m2", "m3")) {
      String moving = group.follower();
      HostPort before = group.address(moving);
      group.stop(moving);
      links.move(moving);
      assertThat(group.address(moving)).isNotEqualTo(before);
      Future<RaftStore> opening = group.open(moving);
      group.onLeader(
          "it is looked for there", leader -> leader.addMember(moving, group.address(moving)));
      group.commit(group.leader(), "web");
      RaftStore moved = Await.result(opening, Group.BOUND);
      Await.until("it is there again", Group.BOUND, () -> names(moved).equals(List.of("web")));
      Await.result(moved.close(), Group.BOUND);
    }
  }

  @Test
  void changes_that_cannot_be_are_refused_in_words() {
    Links links = links();
    try (Group group = Group.grown(directory, links, "m1")) {
      RaftStore first = group.store("m1");
      assertRefused(
          first.removeMember("m1"),
          Reason.LAST,
          "attempting to demote the last manager of the swarm");
      assertRefused(
          first.transferLeadership(),
          Reason.NOBODY,
          "no other manager can be reached that could lead");
      HostPort nowhere = links.address("m9");
      Future<Void> slow = first.addMember("m9", nowhere);
      assertRefused(
          first.removeMember("m8"),
          Reason.UNDER_WAY,
          "another change of the swarm's managers is under way; try again");
      assertRefused(
          slow,
          Reason.UNREACHABLE,
          "the new manager cannot be reached at %s; is the port open, and does its daemon run?"
              .formatted(nowhere));
      assertThat(Await.result(first.removeMember("m9"))).isNull();

      group.add("m2");
      group.add("m3");
      RaftStore leader = group.store(group.leader());
      assertRefused(
          leader.removeMember(group.leader()),
          Reason.LEADS,
          "the manager %s leads; another must lead before it can be removed"
              .formatted(group.leader()));
      String follower = group.follower();
      assertRefused(
          group.store(follower).removeMember("m1"),
          Reason.NOT_LEADER,
          "this manager does not lead; ask the one that does");
      group.stop(follower);
      Await.until(
          "it is seen as lost",
          Group.BOUND,
          () -> member(group, follower).reachability() == Reachability.UNREACHABLE);
      String third = group.follower();
      assertRefused(
          group.store(group.leader()).removeMember(third),
          Reason.QUORUM,
          "can't remove member from the raft: this would result in a loss of quorum");
      Await.result(group.store(group.leader()).removeMember(follower), Group.BOUND);
      group.commit(third, "web");
    }
  }

  private static void assertRefused(Future<?> change, Reason reason, String message) {
    Await.until("it is refused", Group.BOUND, change::isComplete);
    assertThat(change.cause())
        .isInstanceOfSatisfying(
            MemberException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessage(message);
  }
}
