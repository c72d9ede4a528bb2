package dev.skep.store.raft;

import dev.skep.store.Leadership;
import dev.skep.store.Samples;
import dev.skep.store.Store;
import dev.skep.store.model.Kind;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.net.HostPort;
import dev.skep.store.seal.ClusterKey;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;

/**
 * Several members of one group in this process, each with its own directory, over some {@link
 * Links}. Real Ratis, real files.
 */
final class Group implements AutoCloseable {
  static final List<String> MEMBERS = List.of("m1", "m2", "m3");

  /** Elections and restarts on a machine that is busy with other things. */
  static final Duration BOUND = Duration.ofMinutes(2);

  /** So few that a member that was away for a while finds them gone. */
  private static final int KEPT_COMMITS = 4;

  private static final long SNAPSHOT_INTERVAL = 8;

  /** The machine is busy with other tests; a member that waits its turn need not lose its own. */
  private static final Duration ELECTION = Duration.ofMillis(800);

  /** A tenth of what a segment of the log takes: only whole segments are let go of. */
  private static final int LARGE_BYTES = 200_000;

  private final Links links;
  private final Path directory;
  private final Map<String, RaftStore> stores = new ConcurrentSkipListMap<>();

  private Group(Path directory, Links links) {
    this.directory = directory;
    this.links = links;
  }

  /** Three members that found the group together; all run, and one leads. */
  static Group found(Path directory, SimulatedNetwork network) {
    Group group = new Group(directory, network);
    ClusterKey key = ClusterKey.random();
    Map<String, Future<RaftStore>> founded = new TreeMap<>();
    for (String member : MEMBERS) {
      founded.put(member, RaftStore.found(group.options(member), key, network.of(member), MEMBERS));
    }
    founded.forEach((member, store) -> group.stores.put(member, Await.result(store, BOUND)));
    group.leader();
    return group;
  }

  /** One member, and others that are added one after the other; all vote. */
  static Group grown(Path directory, Links links, String... members) {
    Group group = new Group(directory, links);
    String first = members[0];
    group.stores.put(
        first, Await.result(RaftStore.found(group.options(first), links.of(first)), BOUND));
    for (String member : List.of(members).subList(1, members.length)) {
      group.add(member);
    }
    return group;
  }

  RaftStoreOptions options(String member) {
    HostPort address = links.address(member);
    return new RaftStoreOptions(
            directory.resolve(member), "c1", member, address.address().toString(), address.port())
        .withKeptCommits(KEPT_COMMITS)
        .withSnapshotInterval(SNAPSHOT_INTERVAL)
        .withElectionTimeout(ELECTION);
  }

  /** Makes the store of a member that nobody has added yet. */
  void join(String member) {
    try {
      StoreInvitation invitation = store(leader()).invitation();
      stores.put(
          member,
          Await.result(RaftStore.join(options(member), invitation, links.of(member)), BOUND));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the store of a new member, and has the leader add it. */
  void add(String member) {
    join(member);
    onLeader("add " + member, leader -> leader.addMember(member, links.address(member)));
  }

  /** Has the leader remove a member that is not to lead then, and stops it. */
  void remove(String member) {
    onLeader(
        "remove " + member,
        leader ->
            member.equals(leader.leadership().leader())
                ? leader.transferLeadership().compose(done -> Future.failedFuture("not yet"))
                : leader.removeMember(member));
    stop(member);
  }

  /** Asks who leads, again and again where the leadership changes meanwhile. */
  void onLeader(String what, Function<RaftStore, Future<Void>> change) {
    Await.until(
        what,
        BOUND,
        () -> {
          Future<Void> changed = change.apply(store(leader()));
          Await.until("it is answered", BOUND, changed::isComplete);
          return changed.succeeded();
        });
  }

  RaftStore store(String member) {
    RaftStore store = stores.get(member);
    if (store == null) {
      throw new IllegalStateException(member + " does not run");
    }
    return store;
  }

  boolean runs(String member) {
    return stores.containsKey(member);
  }

  List<RaftStore> running() {
    return List.copyOf(stores.values());
  }

  void stop(String member) {
    Await.result(store(member).close(), BOUND);
    stores.remove(member);
  }

  void start(String member) {
    stores.put(member, Await.result(RaftStore.open(options(member), links.of(member)), BOUND));
  }

  /** A store that is none of the group's: its caller closes it. */
  Future<RaftStore> open(String member) {
    return RaftStore.open(options(member), links.of(member));
  }

  HostPort address(String member) {
    return links.address(member);
  }

  /** Several at once: with fewer than half, nobody would lead. */
  void startAll(List<String> members) {
    Map<String, Future<RaftStore>> opened = new TreeMap<>();
    members.forEach(
        member -> opened.put(member, RaftStore.open(options(member), links.of(member))));
    opened.forEach((member, store) -> stores.put(member, Await.result(store, BOUND)));
  }

  /** Goes on with what one member has, without the others. */
  void startAlone(String member) {
    stores.put(member, Await.result(RaftStore.openAlone(options(member), links.of(member)), BOUND));
  }

  /** The member that leads, once all that run know that it does. */
  String leader() {
    return leaderBut("");
  }

  /** As {@link #leader()}, without one that is set apart. */
  String leaderBut(String apart) {
    return Await.until(
        "all know one leader", BOUND, () -> knownLeader(apart), leader -> !leader.isEmpty());
  }

  private String knownLeader(String apart) {
    List<Leadership> known =
        stores.entrySet().stream()
            .filter(member -> !member.getKey().equals(apart))
            .filter(member -> isMember(member.getKey()))
            .map(member -> member.getValue().leadership())
            .map(now -> new Leadership(now.term(), now.leader(), false))
            .distinct()
            .toList();
    String leader = known.size() == 1 ? known.getFirst().leader() : null;
    if (leader == null || leader.equals(apart) || !stores.containsKey(leader)) {
      return "";
    }
    return store(leader).leadership().here() ? leader : "";
  }

  /** Whether the others know it, as far as it knows. */
  private boolean isMember(String member) {
    return store(member).members().stream().anyMatch(one -> one.id().equals(member));
  }

  /** A member that does not lead. */
  String follower() {
    String leader = leader();
    return stores.keySet().stream()
        .filter(member -> !member.equals(leader))
        .findFirst()
        .orElseThrow();
  }

  static Transaction service(String name) {
    return Transaction.at(Samples.AT).create(Samples.service(name, name)).build();
  }

  /** A commit at one member; empty when it failed, whatever became of it. */
  Optional<Commit> attempt(String member, String name) {
    Future<Commit> commit = store(member).commit(service(name));
    Await.until("it is answered", BOUND, commit::isComplete);
    return Optional.ofNullable(commit.result());
  }

  /** Commits at one member, again and again where the leadership changes. */
  void commit(String member, String name) {
    commit(member, name, service(name));
  }

  /** As {@link #commit}, with so much beside it that a few dozen fill the log's segments. */
  void commitLarge(String member, String name) {
    Transaction large =
        Transaction.at(Samples.AT)
            .create(Samples.service(name, name))
            .create(Samples.config(name + "c", name + "c", "x".repeat(LARGE_BYTES)))
            .build();
    commit(member, name, large);
  }

  private void commit(String member, String name, Transaction transaction) {
    Await.until(
        name + " is committed",
        BOUND,
        () -> {
          Future<Commit> commit = store(member).commit(transaction);
          Await.until("it is answered", BOUND, commit::isComplete);
          return commit.succeeded() || store(member).state().named(Kind.SERVICE, name).isPresent();
        });
  }

  /** Waits until all that run are at the same state, and returns the names in it. */
  List<String> settle() {
    leader();
    Await.until(
        "all members come to one index",
        BOUND,
        () -> stores.values().stream().map(store -> store.state().index()).distinct().count() == 1);
    Store any = stores.values().iterator().next();
    return any.state().services().stream().map(SwarmObject::name).sorted().toList();
  }

  @Override
  public void close() {
    links.heal();
    List<Future<Void>> closed = stores.values().stream().map(RaftStore::close).toList();
    closed.forEach(store -> Await.result(store, BOUND));
    links.close();
  }
}
