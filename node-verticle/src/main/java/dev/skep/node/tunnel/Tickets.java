package dev.skep.node.tunnel;

import dev.skep.store.bus.message.TunnelMessages;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Sensitive;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The tickets that were handed out and not used yet. Any thread may call. */
final class Tickets {
  /** Each waits for a connection that is under way; the oldest gives way to the newest. */
  private static final int MAX_WAITING = 1024;

  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<String, Instant> goodUntil = new LinkedHashMap<>();

  /**
   * @param random a secure source
   */
  Tickets(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  synchronized Sensitive issue() {
    if (goodUntil.size() >= MAX_WAITING) {
      goodUntil.remove(goodUntil.keySet().iterator().next());
    }
    String ticket = Ids.next(random);
    goodUntil.put(ticket, clock.instant().plusMillis(TunnelMessages.TICKET_MILLIS));
    return new Sensitive(ticket);
  }

  /** Whether the ticket was good; it is not good a second time. */
  synchronized boolean redeem(String shown) {
    Instant limit = goodUntil.remove(shown);
    return limit != null && !clock.instant().isAfter(limit);
  }
}
