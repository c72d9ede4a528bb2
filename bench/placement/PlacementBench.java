import dev.skep.scheduler.place.Fleet;
import dev.skep.scheduler.place.Placement;
import dev.skep.store.state.Change;
import dev.skep.store.state.Commit;
import dev.skep.store.Store;
import dev.skep.store.state.Transaction;
import dev.skep.store.memory.MemoryStore;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One workload of swarmkit's scheduler benchmark, on Skep's placement with its in-memory store. The clock runs from just before the
 * one transaction that creates all nodes and tasks until one update event for each task was delivered; between, the scheduler follows
 * the commits by its own watch, groups the pending tasks by service, chooses nodes, and writes each assignment as one update, in
 * transactions as large as the leader's.
 *
 * <p>Arguments: name nodes tasks services(0: each task by itself) constrained(true|false) rounds swarmkitTasksPerSecond(0: unknown)
 */
final class PlacementBench {
  /** As the leader's loop. */
  private static final int MAX_OPS = 1_000;

  public static void main(String[] arguments) throws Exception {
    String name = arguments[0];
    Workload workload =
        new Workload(
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]),
            Boolean.parseBoolean(arguments[4]));
    int rounds = Integer.parseInt(arguments[5]);
    double swarmkit = Double.parseDouble(arguments[6]);
    double[] seconds = new double[rounds];
    double[] processor = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      PlacementBench bench = new PlacementBench(workload.transaction(round));
      double before = processorSeconds();
      seconds[round] = bench.run(workload);
      processor[round] = processorSeconds() - before;
    }
    double first = seconds[0];
    Arrays.sort(seconds);
    Arrays.sort(processor);
    double median = seconds[rounds / 2];
    double rate = workload.tasks() / median;
    System.out.printf(
        "| %s | %.3f | %.3f | %,.0f | %s | %s | %.1f | %,d | %,d |%n",
        name,
        first,
        median,
        rate,
        swarmkit == 0 ? "-" : "%,.0f".formatted(swarmkit),
        swarmkit == 0 ? "-" : "%.0f".formatted(rate / swarmkit),
        processor[rounds / 2] / workload.tasks() * 1e6,
        peakHeapBytes() >> 20,
        peakResidentBytes() >> 20);
  }

  private Transaction everything;
  private final MemoryStore store = new MemoryStore();
  private final Deque<Commit> observed = new ArrayDeque<>();
  private final Fleet fleet = Fleet.of(store.state());
  private long ownIndex;
  private int assigned;

  private PlacementBench(Transaction everything) {
    this.everything = everything;
  }

  private double run(Workload workload) throws Exception {
    try (Store.Watch scheduler = store.watch(observed::add);
        Store.Watch listener = store.watch(this::count)) {
      long begin = System.nanoTime();
      store.commit(Objects.requireNonNull(everything));
      everything = null; // the store has taken what it needs of it
      while (!observed.isEmpty()) {
        turn();
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      if (assigned != workload.tasks()) {
        throw new IllegalStateException(assigned + " of " + workload.tasks() + " tasks were assigned");
      }
      return seconds;
    }
  }

  /** One event for each task: its update to assigned. */
  private void count(Commit commit) {
    for (Change change : commit.changes()) {
      if (change instanceof Change.Updated updated
          && updated.object() instanceof Task task
          && task.state() == TaskState.ASSIGNED) {
        assigned++;
      }
    }
  }

  private void turn() {
    Map<String, List<Task>> pending = new LinkedHashMap<>();
    for (Commit commit = observed.poll(); commit != null; commit = observed.poll()) {
      fleet.apply(commit, commit.index() <= ownIndex);
      for (Change change : commit.changes()) {
        if (change.object() instanceof Task task && task.state() == TaskState.PENDING) {
          pending.computeIfAbsent(task.serviceId(), id -> new ArrayList<>()).add(task);
        }
      }
    }
    Instant now = Instant.now();
    Placement placement = new Placement(fleet, now);
    List<Task> batch = new ArrayList<>(MAX_OPS);
    for (List<Task> group : pending.values()) {
      for (Task task : placement.place(group).placed()) {
        batch.add(task);
        if (batch.size() == MAX_OPS) {
          commit(now, batch);
        }
      }
    }
    commit(now, batch);
  }

  private void commit(Instant now, List<Task> batch) {
    if (!batch.isEmpty()) {
      Transaction.Builder transaction = Transaction.at(now);
      batch.forEach(transaction::update);
      ownIndex = store.state().index() + 1;
      store.commit(transaction.build());
      batch.clear();
    }
  }

  /** Of the deciding thread; collecting garbage and compiling come on top, on other threads. */
  private static double processorSeconds() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
  }

  private static long peakHeapBytes() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
        .mapToLong(pool -> pool.getPeakUsage().getUsed())
        .sum();
  }

  private static long peakResidentBytes() throws java.io.IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    return 0;
  }
}
