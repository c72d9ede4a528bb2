package dev.skep.conf.swarm;

import dev.skep.store.Store;
import dev.skep.store.bus.Bus;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What runs on a host while it is in a swarm. */
public interface SwarmParts {
  /** How long a worker waits before it looks for its manager again. */
  long RETRY_MILLIS = 1_000;

  /** The replicated store. Only on a manager. */
  Store store();

  Bus bus();

  /** Done when this node's agent has a session with the leader. */
  Future<Void> session();

  /** Why no leader has this node in session, in words; empty while one has. Any thread may ask. */
  Optional<String> silence();

  /** Removes this node's own containers and networks; returns how many containers. */
  Future<Integer> removeOwn();

  /** Stops all parts and leaves containers, files and the swarm as they are. Returns when done. */
  void stop();

  /** Makes the parts; the composition root's one page of wiring implements it. */
  interface Maker {
    /**
     * Starts the parts of a member and returns when they run. A failure leaves nothing running.
     *
     * @param founding what a new swarm begins with; absent for a member that comes back or joins
     */
    SwarmParts start(Identity identity, @Nullable Transaction founding) throws Exception;

    /**
     * Refuses an address on which this node's part of the bus could not listen, before anything is
     * begun. Throws {@link dev.skep.store.membership.MembershipException}.
     */
    void requireFree(String address);

    /** Whether any manager of the member answers. */
    boolean reachable(Identity identity);

    /** Removes the containers of a member whose parts do not run. */
    Future<Integer> removeOwn(Identity identity);

    /** The name under which this host joins. */
    String hostname();

    /** Where a manager's store is. */
    Path storeDirectory();

    /** Deletes what the parts keep under the data directory. */
    void forget() throws IOException;
  }
}
