package dev.skep.scheduler.place;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The node with the fewest tasks of the service, then the fewest in all; nodes where the service
 * keeps failing come last. Most choices take a node that has no task of the service yet, and these
 * come straight from the order of the leaf.
 */
final class EvenChoice implements Choice {
  /** A node as it stands in the queue; compared by hand because most of a placement is this. */
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
  private final Iterator<NodeLoad> rest;
  private final List<NodeLoad> later;
  private @Nullable PriorityQueue<Turn> turns;
  private @Nullable NodeLoad taken;

  /**
   * @param best the nodes, those with the fewest tasks first
   * @param taken those of them that have tasks of the service
   */
  EvenChoice(Choice.Asked asked, Iterable<NodeLoad> best, List<NodeLoad> taken) {
    this.asked = asked;
    this.rest = best.iterator();
    this.later = new ArrayList<>(taken);
  }

  @Override
  public @Nullable NodeLoad next() {
    while (rest.hasNext()) {
      NodeLoad load = rest.next();
      if (asked.tasksOn(load) > 0) {
        continue;
      }
      if (asked.failing(load)) {
        later.add(load);
      } else if (asked.hasRoom(load)) {
        later.add(load);
        return load;
      }
    }
    return nextTurn();
  }

  // A node without room stays so: what it carries only grows here.
  private @Nullable NodeLoad nextTurn() {
    if (turns == null) {
      turns = new PriorityQueue<>(Math.max(1, later.size()));
      later.forEach(this::queue);
    } else if (taken != null) {
      queue(taken);
    }
    taken = null;
    while (!turns.isEmpty()) {
      NodeLoad load = turns.remove().load();
      if (asked.hasRoom(load)) {
        taken = load;
        return load;
      }
    }
    return null;
  }

  private void queue(NodeLoad load) {
    if (turns != null) {
      turns.add(new Turn(load, asked.failing(load), asked.tasksOn(load), load.tasks()));
    }
  }
}
