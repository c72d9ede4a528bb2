package dev.skep.store.raft;

import dev.skep.store.Leadership;
import dev.skep.store.Samples;
import dev.skep.store.Store;
import dev.skep.store.model.Kind;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.seal.ClusterKey;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Several members of one group in this process, each with its own directory, over a {@link
 * SimulatedNetwork}. Real Ratis, real files.
 */
final class Group implements AutoCloseable {
  static final List<String> MEMBERS = List.of("m1", "m2", "m3");

  /** Elections and restarts on a machine that is busy with other things. */
  static final Duration BOUND = Duration.ofMinutes(2);

  /** So few that a member that was away for a while finds them gone. */
  private static final int KEPT_COMMITS = 4;

  private static final long SNAPSHOT_INTERVAL = 8;
  private static final int NO_PORT = 1;

  /** A tenth of what a segment of the log takes: only whole segments are let go of. */
  private static final int LARGE_BYTES = 200_000;

  final SimulatedNetwork network;
  private final Path directory;
  private final ClusterKey key = ClusterKey.random();
  private final Map<String, RaftStore> stores = new TreeMap<>();

  private Group(Path directory, long seed) {
    this.directory = directory;
    this.network = new SimulatedNetwork(MEMBERS, seed);
  }

  /** Founds the group; all members run, and one leads. */
  static Group found(Path directory, long seed) {
    Group group = new Group(directory, seed);
    Map<String, Future<RaftStore>> founded = new TreeMap<>();
    for (String member : MEMBERS) {
      founded.put(
          member, RaftStore.found(group.options(member), group.key, group.network.of(member)));
    }
    founded.forEach((member, store) -> group.stores.put(member, Await.result(store, BOUND)));
    group.leader();
    return group;
  }

  private RaftStoreOptions options(String member) {
    return new RaftStoreOptions(directory.resolve(member), "c1", member, "127.0.0.1", NO_PORT)
        .withKeptCommits(KEPT_COMMITS)
        .withSnapshotInterval(SNAPSHOT_INTERVAL);
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
    stores.put(member, Await.result(RaftStore.open(options(member), network.of(member)), BOUND));
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

  /** A member that does not lead. */
  String follower() {
    String leader = leader();
    return MEMBERS.stream()
        .filter(member -> stores.containsKey(member) && !member.equals(leader))
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
    network.heal();
    stores.values().forEach(store -> Await.result(store.close(), BOUND));
    network.close();
  }
}
