package dev.skep.gateway.service.spec;

import dev.skep.store.Store;
import dev.skep.store.StoreListener;
import dev.skep.store.model.Service;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.StoreException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Specs that services had, read off the commits that the store keeps: nothing is kept for it, and
 * what is older than these commits is not known.
 */
public final class PastSpecs {
  private PastSpecs() {}

  /**
   * The spec that a client saw when it read the service at {@code version}.
   *
   * @return empty when no client read it at that version, or it is too long ago
   */
  public static Optional<ServiceSpec> at(Store store, String serviceId, long version) {
    FirstChange first = new FirstChange(serviceId);
    try (Store.Watch _ = store.follow(version, first)) {
      // The commits after the version were handed over before the watch was returned.
      return first.before(version);
    } catch (StoreException e) {
      return Optional.empty();
    }
  }

  /** Called by the store's threads too, until the watch is closed. */
  private static final class FirstChange implements StoreListener {
    private final String serviceId;
    private @Nullable Service before;
    private boolean found;

    FirstChange(String serviceId) {
      this.serviceId = serviceId;
    }

    @Override
    public synchronized void commit(Commit commit) {
      for (Change change : found ? java.util.List.<Change>of() : commit.changes()) {
        if (!found && change.object().id().equals(serviceId)) {
          found = true;
          before =
              change instanceof Change.Updated updated && updated.before() instanceof Service was
                  ? was
                  : null;
        }
      }
    }

    /** What the store kept was handed over before; what it is later does not matter. */
    @Override
    public void reset(ClusterState state) {
      // nothing to learn from it
    }

    synchronized Optional<ServiceSpec> before(long version) {
      return before != null && before.version().index() == version
          ? Optional.of(before.spec())
          : Optional.empty();
    }
  }
}
