package dev.skep.store.state;

import dev.skep.store.model.Kind;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.json.Json;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much of everything there may be, so that all that is allowed fits the heap together. A store
 * asks before it takes a transaction of a user's: who would go beyond a limit is refused, in words.
 * What makes less of something is never refused, so a swarm that is beyond its limits can be scaled
 * down and emptied; nor is the leader, which only does what was allowed. Pure.
 *
 * @param objects that users make: services, networks, secrets, configs, nodes
 * @param bytes that these take together
 * @param tasks that all services ask for together
 */
public record Limits(long objects, long bytes, long tasks) {
  /** A slot keeps five tasks by default, and one more while it changes. */
  private static final int TASKS_OF_A_SLOT = 6;

  /** For stores that are not kept in a bounded heap. */
  public static final Limits NONE =
      new Limits(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE / TASKS_OF_A_SLOT);

  /**
   * The JSON of a service's spec at most. A service is stored with its last spec beside the present
   * one, and an update's first step writes an old task and a new one with it: all four must fit one
   * entry of the log, or it could not be updated any more.
   */
  public static final int SPEC_BYTES = 350_000;

  /** The part of the heap for what users made: a quarter; as much for tasks. */
  private static final int SHARE = 4;

  /** What an object costs at least, in tables, lists and the leader's own notes. */
  private static final int OBJECT_COST = 16 * 1024;

  /** What a task costs: itself, its places in tables, and what the leader notes of it. */
  private static final int TASK_COST = 1536;

  /** Figures are rounded down to so many digits: they are said to people. */
  private static final int DIGITS = 2;

  /**
   * The limits that fit a heap.
   *
   * @param tasks of all services, as the configuration has it; absent for what fits
   */
  public static Limits of(long heapBytes, @Nullable Long tasks) {
    return new Limits(
        round(heapBytes / OBJECT_COST),
        heapBytes / SHARE,
        tasks == null ? tasks(heapBytes, SHARE) : tasks);
  }

  /** The most tasks that a configuration may ask for: they take half of the heap, and no more. */
  public static long mostTasks(long heapBytes) {
    return tasks(heapBytes, SHARE / 2);
  }

  private static long tasks(long heapBytes, int share) {
    return round(heapBytes / share / TASK_COST / TASKS_OF_A_SLOT);
  }

  private static long round(long number) {
    long unit = 1;
    while (number / unit >= Math.powExact(10, DIGITS)) {
      unit *= 10;
    }
    return number / unit * unit;
  }

  /**
   * Whether there are so many tasks that no more history is kept: a service that asks for too many
   * may be older than the limit, and global services ask for as many as there are nodes.
   *
   * @param there tasks of all states
   */
  public boolean crowded(long there) {
    return there > most() / 2;
  }

  /** As {@link #crowded}, and no new ones are made at all. */
  public boolean full(long there) {
    return there >= most();
  }

  /** What fits the tasks' part of the heap, which is as large as that of what users made. */
  private long most() {
    return Math.max(tasks * TASKS_OF_A_SLOT, bytes / TASK_COST);
  }

  /**
   * Refuses a transaction that would go beyond a limit.
   *
   * @param underWay what was let pass and is not in {@code state} yet
   * @return what the transaction adds, to be counted as under way until it is committed or failed
   * @throws StoreException with {@link Refusal.LimitReached}
   */
  public Totals check(ClusterState state, Totals underWay, Transaction transaction) {
    if (transaction.term() != null) {
      return Totals.NONE;
    }
    Map<String, SwarmObject> written = new HashMap<>();
    Totals now = state.totals().and(underWay);
    Totals then = now;
    boolean grows = false;
    for (Op op : transaction.ops()) {
      SwarmObject after =
          switch (op) {
            case Op.Create(SwarmObject object) -> object;
            case Op.Update(SwarmObject object) -> object;
            case Op.Delete _, Op.Unchanged _ -> null;
          };
      SwarmObject before =
          switch (op) {
            case Op.Update(SwarmObject object) ->
                before(state, written, object.kind(), object.id());
            case Op.Delete(Kind kind, String id, long _) -> before(state, written, kind, id);
            case Op.Create _, Op.Unchanged _ -> null;
          };
      if (after != null) {
        grows |= grows(before, after);
        written.put(after.id(), after);
      }
      then = then.changed(before, after);
    }
    check(now, then, grows);
    return then.growthFrom(now);
  }

  private static @Nullable SwarmObject before(
      ClusterState state, Map<String, SwarmObject> written, Kind kind, String id) {
    SwarmObject here = written.get(id);
    return here != null ? here : state.find(kind, id).orElse(null);
  }

  /**
   * Whether a service's spec becomes longer, which ends somewhere. All other objects end at the
   * length of an entry.
   */
  private static boolean grows(@Nullable SwarmObject before, SwarmObject after) {
    if (!(after instanceof Service service)) {
      return false;
    }
    long spec = Json.storedLength(service.spec());
    boolean grows = !(before instanceof Service b) || Json.storedLength(b.spec()) < spec;
    if (spec > SPEC_BYTES && grows) {
      throw new StoreException(
          new Refusal.TooLarge(after.kind(), after.name(), "spec", spec, SPEC_BYTES));
    }
    return grows;
  }

  private void check(Totals now, Totals then, boolean grows) {
    if (then.tasks() > tasks && then.tasks() > now.tasks()) {
      throw new StoreException(
          new Refusal.LimitReached(
              "tasks that services ask for", then.tasks(), tasks, "max-tasks"));
    }
    // A service that asks for less carries its last spec beside the new one.
    boolean less = then.tasks() < now.tasks() || then.objects() < now.objects();
    if (less && !grows) {
      return;
    }
    if (then.objects() > objects && then.objects() > now.objects()) {
      throw new StoreException(
          new Refusal.LimitReached("objects", then.objects(), objects, "max-heap"));
    }
    if (then.bytes() > bytes && then.bytes() > now.bytes()) {
      throw new StoreException(new Refusal.LimitReached("bytes", then.bytes(), bytes, "max-heap"));
    }
  }
}
