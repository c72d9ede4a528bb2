package dev.skep.scheduler.leader;

import dev.skep.scheduler.Invariants;
import dev.skep.scheduler.Samples;
import dev.skep.scheduler.allocate.NetworkDrivers;
import dev.skep.scheduler.dispatch.Dispatcher;
import dev.skep.scheduler.place.Fleet;
import dev.skep.scheduler.routes.ServiceRoutes;
import dev.skep.store.Leadership;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.memory.MemoryStore;
import dev.skep.store.model.Node;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A cluster on a fake clock: the real control loop and dispatcher, agents that behave like agents,
 * and a world that loses, repeats and reorders messages, kills leaders, nodes and containers. All
 * of it follows from the seed.
 */
final class Simulation {
  /** A cluster that does more than this in a second runs hot. */
  private static final int MAX_STEPS_A_SECOND = 5_000;

  /** A cluster of four small services that holds more tasks than this forgets none. */
  private static final int MAX_TASKS = 500;

  private static final Duration WATCH_DELAY = Duration.ofMillis(30);

  private static final Duration LOOK = Duration.ofSeconds(5);

  /** Something that happens at a time. */
  private record Event(Instant at, long order, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final long seed;
  private final NetworkDrivers drivers;
  private final SplittableRandom random;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final MemoryStore store = new MemoryStore();
  private final Invariants invariants = new Invariants(WATCH_DELAY.multipliedBy(4));
  private final Map<String, SimAgent> agents = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();
  private Instant now = Samples.T0;

  /** By how much the hosts' clocks were set, all together. */
  private Duration set = Duration.ZERO;

  private long order;
  private long term = 1;
  private SimLeader leader;
  private boolean calm;
  private int turns;

  /** A bug that is put in, to see whether it is found. */
  UnaryOperator<Transaction> transactions = UnaryOperator.identity();

  UnaryOperator<Assignment> assignments = UnaryOperator.identity();

  /** Told of each container that ended, with its task. */
  Consumer<Task> containerEnded = task -> {};

  Simulation(long seed) {
    this(seed, NetworkDrivers.LOCAL);
  }

  /**
   * @param drivers what networks need from the manager; there are networks only if they need any
   */
  Simulation(long seed, NetworkDrivers drivers) {
    this.seed = seed;
    this.drivers = drivers;
    this.random = new SplittableRandom(seed);
    this.leader = new SimLeader(this, term);
    store.watch(commit -> {
      for (String what : invariants.afterCommit(commit)) {
        wrong.add(now + ": " + what);
      }
      if (commit.state().tasks().size() > MAX_TASKS) {
        wrong.add(now + ": tasks pile up");
      }
    });
    leader.begin();
  }

  /** Tells of each commit: what to do with a seed that fails. */
  void watch(Consumer<Commit> watcher) {
    store.watch(watcher);
  }

  // ------------------------------------------------------------------ the world

  NetworkDrivers drivers() {
    return drivers;
  }

  long seed() {
    return seed;
  }

  Instant now() {
    return now;
  }

  /** The leader's time, which changes of users are dated with too. */
  Instant clock() {
    return leader.clock().instant();
  }

  /** Somebody sets the clock. */
  void setClock(Duration by) {
    set = set.plus(by);
  }

  SplittableRandom random() {
    return random;
  }

  ClusterState state() {
    return store.state();
  }

  long between(long min, long max) {
    return max <= min ? min : random.nextLong(min, max + 1);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  void after(long millis, Runnable what) {
    at(now.plusMillis(millis), what);
  }

  void at(Instant time, Runnable what) {
    events.add(new Event(time, order++, what));
  }

  /** The time of day as the hosts' clocks have it. */
  Instant hostTime() {
    return now.plus(set);
  }

  /** How long a commit may be on its way to those who watch. */
  long watchDelayMillis() {
    return calm ? 1 : WATCH_DELAY.toMillis();
  }

  MemoryStore store() {
    return store;
  }

  long heartbeatMillis() {
    return leader.loop().period().toMillis();
  }

  Dispatcher dispatcher() {
    return leader.dispatcher();
  }

  Map<String, SimAgent> agents() {
    return agents;
  }

  /** Nothing fails any more. */
  void calm() {
    calm = true;
  }

  boolean isCalm() {
    return calm;
  }

  SimAgent join(Node node) {
    commit(Transaction.at(clock()).create(node).build());
    SimAgent agent = new SimAgent(this, node.id());
    agents.put(node.id(), agent);
    agent.start();
    return agent;
  }

  /** A change by a user; whether it was accepted. */
  boolean commit(Transaction transaction) {
    return store.commit(transaction).succeeded();
  }

  void run(Duration time) {
    Instant until = now.plus(time);
    int steps = 0;
    Instant second = now;
    while (!events.isEmpty() && !events.peek().at().isAfter(until) && wrong.isEmpty()) {
      Event event = events.remove();
      now = event.at();
      if (now.isAfter(second.plusSeconds(1))) {
        second = now;
        steps = 0;
      }
      event.what().run();
      if (++steps > MAX_STEPS_A_SECOND) {
        wrong.add(now + ": the cluster runs hot");
      }
    }
    if (wrong.isEmpty()) {
      now = until;
    }
  }

  /** A request over the network, which loses and repeats messages while the world is not calm. */
  <A> Future<A> call(Supplier<Future<A>> handler) {
    Promise<A> answer = Promise.promise();
    int copies = calm ? 1 : chance(0.05) ? 0 : chance(0.05) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      after(
          between(1, calm ? 3 : 40),
          () -> {
            Future<A> result;
            try {
              result = handler.get();
            } catch (RuntimeException e) {
              result = Future.failedFuture(e);
            }
            result.onComplete(done -> {
              if (calm || !chance(0.05)) {
                after(
                    between(1, calm ? 3 : 40),
                    () -> {
                      if (done.succeeded()) {
                        answer.tryComplete(done.result());
                      } else {
                        answer.tryFail(done.cause());
                      }
                    });
              }
            });
          });
    }
    after(3000, () -> answer.tryFail(new BusFailure(BusFailure.TIMEOUT, "lost")));
    return answer.future();
  }

  /** The leader dies; another begins a little later. */
  void changeLeader() {
    leader.die();
    term++;
    store.lead(Leadership.here(term, MemoryStore.MEMBER));
    leader = new SimLeader(this, term);
    leader.begin();
  }

  // ------------------------------------------------------------------ checks

  List<String> wrong() {
    return wrong;
  }

  void complain(String what) {
    wrong.add(now + ": " + what);
  }

  /** Runs until nothing is wrong any more, or the time is over. */
  List<String> rest(Duration most) {
    Instant until = now.plus(most);
    List<String> left = List.of("nothing was looked at");
    while (!left.isEmpty() && wrong.isEmpty() && now.isBefore(until)) {
      run(LOOK);
      left = wrongAtRest();
    }
    return wrong.isEmpty() ? left : wrong;
  }

  /** What is wrong now that nothing happened for long. */
  List<String> wrongAtRest() {
    List<String> found = new ArrayList<>(wrong);
    ClusterState state = store.state();
    found.addAll(invariants.atRest(state));
    for (SimAgent agent : agents.values()) {
      Node node = state.node(agent.nodeId()).orElse(null);
      if (node == null) {
        continue;
      }
      boolean ready = node.status().state().equals(Node.NodeStatus.READY);
      if (ready != agent.up()) {
        found.add("node " + node.id() + " is " + node.status().state());
      }
      Set<String> wanted = new TreeSet<>();
      for (Task task : state.tasksOfNode(node.id())) {
        if (!task.desiredState().after(TaskState.RUNNING) && task.state() == TaskState.RUNNING) {
          wanted.add(task.id());
        }
      }
      if (agent.up() && !wanted.equals(agent.running())) {
        found.add("node " + node.id() + " runs " + agent.running() + " instead of " + wanted);
      }
    }
    if (!leader.loop().fleet().facts().equals(Fleet.of(leader.loop().latest()).facts())) {
      found.add("the fleet does not count right");
    }
    if (!leader
        .routes()
        .current()
        .ports()
        .equals(new ServiceRoutes(state, term).current().ports())) {
      found.add("the routes are not those of the state");
    }
    return found;
  }

  int turns() {
    return turns;
  }

  void turned() {
    turns++;
  }
}
