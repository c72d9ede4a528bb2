package dev.skep.ingress.userspace;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Round robin over one published port's targets. Its only state is whose turn it is. Each node
 * starts somewhere else, so that the first connections to several nodes do not all meet the same
 * task.
 *
 * <p>Retries have their own turn. So the share of a task that cannot be reached is spread over all
 * others and does not fall on its neighbour.
 */
final class Balancer {
  private static final int SPREAD = 0x9E37_79B9; // 2^32 / golden ratio: spreads close hashes

  private final AtomicInteger turn;
  private final AtomicInteger retryTurn = new AtomicInteger();

  Balancer(String nodeId, int port) {
    turn = new AtomicInteger((nodeId.hashCode() * SPREAD + port) >>> 1);
  }

  /** The next one that is not among {@code tried}; nothing when all were. */
  <T> @Nullable T next(List<T> targets, List<T> tried) {
    if (tried.isEmpty()) {
      return take(targets, turn);
    }
    List<T> left = new ArrayList<>(targets);
    left.removeAll(tried);
    return take(left, retryTurn);
  }

  private static <T> @Nullable T take(List<T> targets, AtomicInteger turn) {
    return targets.isEmpty()
        ? null
        : targets.get(Math.floorMod(turn.getAndIncrement(), targets.size()));
  }
}
