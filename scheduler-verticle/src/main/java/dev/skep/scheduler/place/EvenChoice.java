package dev.skep.scheduler.place;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The node with the fewest tasks of the service, then the fewest in all; nodes where the service
 * keeps failing come last.
 *
 * <p>Nodes without a task of the service come straight from the order of the leaf. The others wait
 * in two lines, each in order: those that had tasks before, sorted once, and those that got one
 * here. A node that is taken goes to the end of the second line, and that is its place, since the
 * nodes before it were taken before it and got one task more as well. So nothing is sorted again.
 */
final class EvenChoice implements Choice {
  /** A node as it stands in line. */
  private record Turn(NodeLoad load, boolean failing, int tasksOfService, int tasks)
      implements Comparable<Turn> {
    @Override
    public int compareTo(Turn other) {
      if (failing != other.failing) {
        return failing ? 1 : -1;
      }
      if (tasksOfService != other.tasksOfService) {
        return Integer.compare(tasksOfService, other.tasksOfService);
      }
      return tasks != other.tasks
          ? Integer.compare(tasks, other.tasks)
          : load.id().compareTo(other.load.id());
    }
  }

  private final Choice.Asked asked;
  private final Iterator<NodeLoad> without;
  private final List<NodeLoad> before;
  private @Nullable Deque<Turn> sorted;
  private final Deque<Turn> grown = new ArrayDeque<>();
  private @Nullable NodeLoad taken;

  /**
   * @param best the nodes, those with the fewest tasks first
   * @param having those of them that have tasks of the service
   */
  EvenChoice(Choice.Asked asked, Iterable<NodeLoad> best, List<NodeLoad> having) {
    this.asked = asked;
    this.without = best.iterator();
    this.before = new ArrayList<>(having);
  }

  @Override
  public @Nullable NodeLoad next() {
    if (taken != null) {
      grown.addLast(turn(taken));
    }
    taken = nextWithout();
    if (taken == null) {
      taken = nextInLine();
    }
    return taken;
  }

  private @Nullable NodeLoad nextWithout() {
    while (without.hasNext()) {
      NodeLoad load = without.next();
      if (asked.tasksOn(load) > 0) {
        continue;
      }
      if (asked.failing(load)) {
        before.add(load);
      } else if (asked.hasRoom(load)) {
        return load;
      }
    }
    return null;
  }

  // A node without room stays so: what it carries only grows here.
  private @Nullable NodeLoad nextInLine() {
    if (sorted == null) {
      List<Turn> turns = new ArrayList<>(before.size());
      before.forEach(load -> turns.add(turn(load)));
      Collections.sort(turns);
      sorted = new ArrayDeque<>(turns);
    }
    while (!sorted.isEmpty() || !grown.isEmpty()) {
      NodeLoad load = first(sorted, grown).load();
      if (asked.hasRoom(load)) {
        return load;
      }
    }
    return null;
  }

  private static Turn first(Deque<Turn> a, Deque<Turn> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b.removeFirst() : a.removeFirst();
    }
    return a.getFirst().compareTo(b.getFirst()) < 0 ? a.removeFirst() : b.removeFirst();
  }

  private Turn turn(NodeLoad load) {
    return new Turn(load, asked.failing(load), asked.tasksOn(load), load.tasks());
  }
}
