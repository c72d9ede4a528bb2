package dev.skep.conf.bus;

import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Completable;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.lang.reflect.Field;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vert.x's cluster manager, and the end of a thread that it forgets: each instance makes an
 * executor that throttles events about subscriptions and never shuts it down, so that every
 * membership of a swarm would leave a thread with all that it refers to (docs/upstream.md). The
 * executor is private; a version that ends it by itself may as well have renamed it.
 */
final class ClusterMembers extends HazelcastClusterManager {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterMembers.class);

  ClusterMembers(HazelcastInstance members) {
    super(members);
  }

  @Override
  public void leave(Completable<Void> left) {
    super.leave((done, failure) -> {
      endThrottling();
      left.complete(null, failure);
    });
  }

  private void endThrottling() {
    try {
      Object subscriptions = field(HazelcastClusterManager.class, "subsMapHelper").get(this);
      if (subscriptions == null) {
        return; // it never joined
      }
      Object throttling = field(subscriptions.getClass(), "throttling").get(subscriptions);
      if (field(throttling.getClass(), "executorService").get(throttling)
          instanceof ExecutorService executor) {
        executor.shutdown();
      }
    } catch (ReflectiveOperationException e) {
      LOG.atDebug()
          .addKeyValue("reason", e.toString())
          .log("nothing to end in the cluster manager");
    }
  }

  private static Field field(Class<?> owner, String name) throws NoSuchFieldException {
    Field field = owner.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }
}
