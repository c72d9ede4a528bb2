package dev.skep.ingress;

import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/**
 * Moves bytes as routing says. Futures may complete on any thread. Calls come one after the other:
 * the next {@link #apply} not before the last one's future completed.
 */
interface DataPlane {
  /**
   * Makes {@code change} so, on the way to {@code table}.
   *
   * @return the ports of {@code change.listen()} that could not be opened, with the reason
   */
  Future<List<RefusedPort>> apply(RoutingTable table, RouteChange change);

  /** Those of {@code ports} that could not be opened now; nothing stays open for the question. */
  Future<List<RefusedPort>> probe(List<Port> ports);

  /**
   * From now on no new connections for the task, until a table without it was applied and its
   * container had the grace once more to end; what is still established then is cut.
   *
   * @return how many connections were still busy, when none was or the grace was over
   */
  Future<Integer> drain(String taskId, Duration grace);

  /** Closes every listener and every connection. */
  Future<Void> close();
}
