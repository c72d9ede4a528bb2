package dev.skep.ingress;

import dev.skep.ingress.RoutingTable.Route;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An open port: where its next connection goes. Any thread may ask. */
final class PublishedPort {
  private final int port;
  private final Balancer balancer;
  private final Predicate<String> leaving;
  private final Runnable suspectStale;
  private volatile List<Target> all = List.of();
  private volatile List<Target> usable = List.of();

  /**
   * @param leaving whether a task must not get new connections any more
   * @param suspectStale run when no target could be reached, since a newer table may know better
   */
  PublishedPort(String nodeId, int port, Predicate<String> leaving, Runnable suspectStale) {
    this.port = port;
    this.balancer = new Balancer(nodeId, port);
    this.leaving = leaving;
    this.suspectStale = suspectStale;
  }

  int port() {
    return port;
  }

  void route(Route route) {
    all = route.targets();
    recheck();
  }

  /** Some target began to leave. */
  void recheck() {
    usable = all.stream().filter(target -> !leaving.test(target.taskId())).toList();
  }

  @Nullable Target next(List<Target> tried) {
    return balancer.next(usable, tried);
  }

  boolean isLeaving(Target target) {
    return leaving.test(target.taskId());
  }

  void exhausted(int attempts) {
    if (attempts > 0) {
      suspectStale.run();
    }
  }
}
