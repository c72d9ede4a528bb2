package dev.skep.node.execute;

import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.IngressMessages.Drain;
import dev.skep.store.bus.message.IngressMessages.Drained;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks this node's ingress to let a task's connections end. */
public final class ConnectionDrain {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionDrain.class);

  /** What the ingress may take longer to answer than the grace it was given. */
  private static final Duration SLACK = Duration.ofSeconds(5);

  private final Bus bus;
  private final String nodeId;

  public ConnectionDrain(Bus bus, String nodeId) {
    this.bus = bus;
    this.nodeId = nodeId;
  }

  /** Waits for that, as long as the grace period; without an ingress, not at all. */
  void await(String taskId, Duration grace) {
    try {
      Drained drained =
          bus.request(
                  Addresses.drain(nodeId),
                  new Drain(taskId, grace.toMillis()),
                  Drained.class,
                  grace.plus(SLACK))
              .await();
      LOG.atDebug().addKeyValue("task", taskId).addKeyValue("open", drained.open()).log("drained");
    } catch (BusFailure e) {
      LOG.atDebug()
          .addKeyValue("task", taskId)
          .addKeyValue("cause", e.getMessage())
          .log("stopping without draining");
    }
  }
}
