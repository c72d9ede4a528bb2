package dev.skep.ingress.userspace;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Addresses that did not answer at all, as when their host is down. Until the leader notices, each
 * attempt would cost a client the whole connect timeout; so they come last, but for one client now
 * and then that finds out whether they are back. An address that refuses is not silent: that costs
 * nothing. Any thread may ask.
 */
final class UnreachableAddresses {
  /** How long an address is passed over before the next client tries it. */
  static final Duration PASSED_OVER = Duration.ofSeconds(2);

  private final Map<InetSocketAddress, Long> until = new ConcurrentHashMap<>();

  /** The address let an attempt time out. */
  void timedOut(InetSocketAddress address, long nowNanos) {
    until.put(address, nowNanos + PASSED_OVER.toNanos());
  }

  void answered(InetSocketAddress address) {
    if (!until.isEmpty()) {
      until.remove(address);
    }
  }

  boolean isEmpty() {
    return until.isEmpty();
  }

  /**
   * Whether to pass the address over now. When its time is over, exactly one caller hears no and is
   * to try it.
   */
  boolean isPassedOver(InetSocketAddress address, long nowNanos) {
    Long end = until.get(address);
    if (end == null) {
      return false;
    }
    return nowNanos - end < 0 || !until.replace(address, end, nowNanos + PASSED_OVER.toNanos());
  }

  /** Forgets addresses that nothing leads to any more. */
  void retain(Collection<InetSocketAddress> addresses) {
    until.keySet().retainAll(addresses);
  }
}
