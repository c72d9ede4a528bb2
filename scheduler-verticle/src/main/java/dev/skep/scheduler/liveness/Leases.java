package dev.skep.scheduler.liveness;

import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * When each node was heard of last. A node whose lease of three heartbeat periods ran out is lost.
 * Times come from a clock that only goes forward. Not thread-safe.
 */
public final class Leases {
  /** Heartbeats that may be missed. */
  public static final int GRACE_PERIODS = 3;

  /** The one heard of longest ago comes first. */
  private final Map<String, Instant> heard = new LinkedHashMap<>();

  private Instant lastLook;

  /**
   * @param now when this leader began; nodes that it knows get a whole lease from here
   */
  public Leases(Instant now) {
    this.lastLook = now;
  }

  /** The node said something, or appeared. */
  public void heard(String nodeId, Instant now) {
    heard.remove(nodeId);
    heard.put(nodeId, now);
  }

  /** A node that is gone or down has no lease; every other one has, from when it appeared. */
  public void follow(Node node, boolean deleted, Instant now) {
    if (deleted || node.status().state().equals(NodeStatus.DOWN)) {
      heard.remove(node.id());
    } else if (!heard.containsKey(node.id())) {
      heard(node.id(), now);
    }
  }

  /**
   * The nodes whose lease has run out. Looks are to be taken about once a period: when this leader
   * itself stood still for longer, heartbeats wait unread, and every node is given that time again.
   */
  public List<String> lost(Instant now, Duration period) {
    Duration still = Duration.between(lastLook, now);
    lastLook = now;
    if (still.compareTo(period.multipliedBy(2)) > 0) {
      heard.replaceAll((node, at) -> min(at.plus(still), now));
    }
    Duration lease = period.multipliedBy(GRACE_PERIODS);
    List<String> lost = new ArrayList<>();
    for (Map.Entry<String, Instant> entry : heard.entrySet()) {
      if (entry.getValue().plus(lease).isAfter(now)) {
        break;
      }
      lost.add(entry.getKey());
    }
    return lost;
  }

  /** When to look next: a period after the last look, or when the next lease runs out. */
  public Optional<Instant> nextLook(Duration period) {
    if (heard.isEmpty()) {
      return Optional.empty();
    }
    Instant oldest = heard.values().iterator().next();
    return Optional.of(min(lastLook.plus(period), oldest.plus(period.multipliedBy(GRACE_PERIODS))));
  }

  private static Instant min(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
