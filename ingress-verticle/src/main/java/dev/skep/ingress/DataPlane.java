package dev.skep.ingress;

import dev.skep.store.bus.message.IngressMessages.Port;
import dev.skep.store.bus.message.IngressMessages.RefusedPort;
import dev.skep.store.net.HostPort;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes as routing says. There is one on each node. Futures may complete on any thread.
 *
 * <p>Calls of {@link #apply} come one after the other: the next not before the last one's future
 * completed. The other calls may come at any time. A plane is only asked for what its {@linkplain
 * #capabilities capabilities} name. Every plane passes {@code DataPlaneContract}.
 */
public interface DataPlane {
  /** Makes a node's plane. */
  interface Opener {
    /**
     * May take a while, as for loading native code; runs where blocking is allowed.
     *
     * @param refresh asks for a newer table, which then is applied if there is one; any thread. A
     *     plane to which traffic shows that its table may be out of date runs it, not too often
     * @throws IOException when this host cannot have such a plane, with what to do about it
     */
    DataPlane open(Runnable refresh) throws IOException;
  }

  PlaneCapabilities capabilities();

  /**
   * Where this plane takes connections from the planes of other nodes. The leader puts it into the
   * routes of this node's tasks. Absent for a plane that needs none.
   */
  @Nullable HostPort meshAddress();

  /**
   * Makes {@code change} so, on the way to {@code table}. Connections that are established stay.
   *
   * @return the ports of {@code change.listen()} that could not be opened, with the reason; they
   *     are asked for again later
   */
  Future<List<RefusedPort>> apply(RoutingTable table, RouteChange change);

  /**
   * Those of {@code ports} that could not be opened now, with the reason; nothing stays open for
   * the question. A port that is open already is not among them.
   */
  Future<List<RefusedPort>> probe(List<Port> ports);

  /**
   * From now on no new connections for the task, until a table without it was applied and its
   * container had the grace once more to end; what is still established then is cut.
   *
   * @return how many connections were still busy, when none was or the grace was over; 0 at once
   *     from a plane that does not drain to rest
   */
  Future<Integer> drain(String taskId, Duration grace);

  /** Closes every listener and every connection. Closing again does nothing more. */
  Future<Void> close();
}
