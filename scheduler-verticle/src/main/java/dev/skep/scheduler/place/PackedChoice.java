package dev.skep.scheduler.place;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** One node after the other is filled; those where the service keeps failing come last. */
final class PackedChoice implements Choice {
  private final Choice.Asked asked;
  private final Iterator<NodeLoad> rest;
  private final Deque<NodeLoad> failing = new ArrayDeque<>();
  private @Nullable NodeLoad current;

  /**
   * @param best the nodes, the fullest first
   */
  PackedChoice(Choice.Asked asked, Iterable<NodeLoad> best) {
    this.asked = asked;
    this.rest = best.iterator();
  }

  @Override
  public @Nullable NodeLoad next() {
    while (current == null || !asked.hasRoom(current)) {
      current = following();
      if (current == null) {
        return null;
      }
    }
    return current;
  }

  private @Nullable NodeLoad following() {
    while (rest.hasNext()) {
      NodeLoad load = rest.next();
      if (!asked.failing(load)) {
        return load;
      }
      failing.addLast(load);
    }
    return failing.pollFirst();
  }
}
