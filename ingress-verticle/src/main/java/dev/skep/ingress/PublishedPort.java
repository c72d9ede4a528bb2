package dev.skep.ingress;

import dev.skep.ingress.RoutingTable.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An open port: where its next connection goes. Any thread may ask. */
final class PublishedPort {
  /** Whoever found no target and waits for other ones. */
  interface Waiter {
    /** On any thread. Who waits no longer may hear it once more. */
    void tableChanged();
  }

  private final int port;
  private final Balancer balancer;
  private final Predicate<String> leaving;
  private final UnreachableAddresses unreachable;
  private final Runnable suspectStale;
  private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
  private volatile List<Target> all = List.of();
  private volatile List<Target> usable = List.of();

  /**
   * @param leaving whether a task must not get new connections any more
   * @param suspectStale run when no target was left, since a newer table may know better
   */
  PublishedPort(
      String nodeId,
      int port,
      Predicate<String> leaving,
      UnreachableAddresses unreachable,
      Runnable suspectStale) {
    this.port = port;
    this.balancer = new Balancer(nodeId, port);
    this.leaving = leaving;
    this.unreachable = unreachable;
    this.suspectStale = suspectStale;
  }

  int port() {
    return port;
  }

  void route(Route route) {
    all = route.targets();
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

  /** Some target began to leave. */
  void recheck() {
    usable = all.stream().filter(target -> !leaving.test(target.taskId())).toList();
  }

  /** Where to try next; silent addresses only when there is nothing else. */
  @Nullable Target next(List<Target> tried) {
    Target next = balancer.next(usable, tried);
    if (next == null || unreachable.isEmpty()) {
      return next;
    }
    long now = System.nanoTime();
    List<Target> passed = new ArrayList<>(tried);
    while (next != null && unreachable.isPassedOver(next.address(), now)) {
      passed.add(next);
      next = balancer.next(usable, passed);
    }
    return next == null ? balancer.next(usable, tried) : next;
  }

  void answered(Target target) {
    unreachable.answered(target.address());
  }

  void timedOut(Target target) {
    unreachable.timedOut(target.address(), System.nanoTime());
  }

  boolean isLeaving(Target target) {
    return leaving.test(target.taskId());
  }

  /** Whether this node knows of targets that leave: their replacements may be in a newer table. */
  boolean someLeave() {
    return usable.size() < all.size();
  }

  /** No target was left for a client. */
  void exhausted() {
    if (leadsSomewhere()) {
      suspectStale.run();
    }
  }

  /** Whether the table names any target at all. */
  boolean leadsSomewhere() {
    return !all.isEmpty();
  }
}
