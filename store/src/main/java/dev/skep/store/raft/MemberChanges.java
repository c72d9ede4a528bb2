package dev.skep.store.raft;

import dev.skep.store.MemberException;
import dev.skep.store.MemberException.Reason;
import dev.skep.store.StoreFailure;
import dev.skep.store.StoreMembers.Member;
import dev.skep.store.StoreMembers.Reachability;
import dev.skep.store.net.HostPort;
import dev.skep.store.raft.group.Configuration;
import dev.skep.store.raft.group.GroupAdmin;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Changes who the members are, one change at a time. What it does blocks. */
final class MemberChanges {
  private final MemberRuns runs;
  private final AtomicBoolean changing = new AtomicBoolean();

  MemberChanges(MemberRuns runs) {
    this.runs = runs;
  }

  /**
   * Begins a change: there is no other until it is over. Throws {@link MemberException} when there
   * is one. Does not block.
   */
  void begin() {
    if (!changing.compareAndSet(false, true)) {
      throw new MemberException(
          Reason.UNDER_WAY, "another change of the swarm's managers is under way; try again");
    }
  }

  void over() {
    changing.set(false);
  }

  /** As {@link dev.skep.store.StoreMembers#addMember}. */
  void add(String id, HostPort address) throws IOException {
    requireLeader();
    if (!runs.networked()) {
      throw new MemberException(Reason.NO_NETWORK, "this store cannot have members on other hosts");
    }
    runs.listen();
    Configuration now = now();
    if (!now.has(id)) {
      change(now.with(id, address));
    } else if (!now.at(id, address)) {
      change(now.moved(id, address));
    }
  }

  private void change(Configuration next) throws IOException {
    runs.member().admin().change(next);
  }

  /** As {@link dev.skep.store.StoreMembers#removeMember}. */
  void remove(String id) throws IOException {
    requireLeader();
    Configuration now = now();
    if (now.has(id)) {
      requireRest(id);
      change(now.without(id));
    }
  }

  private void requireRest(String id) {
    List<Member> members = runs.member().admin().members();
    if (members.size() == 1) {
      throw new MemberException(Reason.LAST, "attempting to demote the last manager of the swarm");
    }
    if (id.equals(runs.member().id())) {
      throw new MemberException(
          Reason.LEADS,
          "the manager %s leads; another must lead before it can be removed".formatted(id));
    }
    long reachable =
        members.stream()
            .filter(member -> !member.id().equals(id))
            .filter(member -> member.reachability() == Reachability.REACHABLE)
            .count();
    if (reachable < (members.size() - 1) / 2 + 1) {
      throw new MemberException(
          Reason.QUORUM,
          "can't remove member from the raft: this would result in a loss of quorum");
    }
  }

  /** As {@link dev.skep.store.StoreMembers#transferLeadership}. */
  void transfer() throws IOException {
    requireLeader();
    GroupAdmin group = runs.member().admin();
    String next =
        group.members().stream()
            .filter(member -> !member.leads())
            .filter(member -> member.reachability() == Reachability.REACHABLE)
            .map(Member::id)
            .max(Comparator.comparingLong(group::committed))
            .orElseThrow(() ->
                new MemberException(
                    Reason.NOBODY, "no other manager can be reached that could lead"));
    group.transfer(next);
  }

  private void requireLeader() {
    runs.failure()
        .ifPresent(failure -> {
          throw new StoreFailure(String.valueOf(failure.getMessage()), true, failure);
        });
    if (!runs.member().admin().leads()) {
      throw new MemberException(
          Reason.NOT_LEADER, "this manager does not lead; ask the one that does");
    }
  }

  private Configuration now() {
    return runs.member().admin().configuration();
  }
}
