package dev.skep.ingress.userspace;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An open port: where its next connection goes. Any thread may ask. */
final class PublishedPort {
  /** Whoever found no destination and waits for other ones. */
  interface Waiter {
    /** On any thread. Who waits no longer may hear it once more. */
    void tableChanged();
  }

  private final int port;
  private final Balancer balancer;
  private final Predicate<String> leaving;
  private final UnreachableAddresses unreachable;
  private final StaleTableCheck stale;
  private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
  private volatile List<Destination> all = List.of();
  private volatile List<Destination> usable = List.of();

  /**
   * @param leaving whether a task must not get new connections any more
   * @param stale told when no destination was left, since a newer table may know better
   */
  PublishedPort(
      String nodeId,
      int port,
      Predicate<String> leaving,
      UnreachableAddresses unreachable,
      StaleTableCheck stale) {
    this.port = port;
    this.balancer = new Balancer(nodeId, port);
    this.leaving = leaving;
    this.unreachable = unreachable;
    this.stale = stale;
  }

  int port() {
    return port;
  }

  void route(List<Destination> next) {
    all = next;
    recheck();
    waiters.forEach(Waiter::tableChanged);
  }

  /** The next table is told to the waiter. One that comes at this moment may be missed. */
  void await(Waiter waiter) {
    waiters.add(waiter);
  }

  void forget(Waiter waiter) {
    waiters.remove(waiter);
  }

  int waiting() {
    return waiters.size();
  }

  /** Some destination began to leave. */
  void recheck() {
    usable = all.stream().filter(destination -> !leaving.test(destination.taskId())).toList();
  }

  /** Where to try next; silent addresses only when there is nothing else. */
  @Nullable Destination next(List<Destination> tried) {
    Destination next = balancer.next(usable, tried);
    if (next == null || unreachable.isEmpty()) {
      return next;
    }
    long now = System.nanoTime();
    List<Destination> passed = new ArrayList<>(tried);
    while (next != null && unreachable.isPassedOver(next.address(), now)) {
      passed.add(next);
      next = balancer.next(usable, passed);
    }
    return next == null ? balancer.next(usable, tried) : next;
  }

  void answered(Destination destination) {
    unreachable.answered(destination.address());
  }

  void timedOut(Destination destination) {
    unreachable.timedOut(destination.address(), System.nanoTime());
  }

  boolean isLeaving(Destination destination) {
    return leaving.test(destination.taskId());
  }

  /**
   * Whether this node knows of destinations that leave: their replacements may be in a newer table.
   */
  boolean someLeave() {
    return usable.size() < all.size();
  }

  /** No destination was left for a client. */
  void exhausted() {
    if (leadsSomewhere()) {
      stale.suspect(System.nanoTime());
    }
  }

  /** Whether the table names any destination at all. */
  boolean leadsSomewhere() {
    return !all.isEmpty();
  }
}
