package dev.skep.conf.control;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Connections of peers of whom nothing is known yet. Where there are too many, the one that has
 * been there for longest makes room: who means well is known within milliseconds, so that the old
 * ones are those that never will be. Nobody loses his place to another address unless his own has
 * as many. Any thread may call.
 *
 * @param <C> what stands for a connection
 */
final class Strangers<C> {
  /** An IPv6 host has as many addresses as these bytes leave open. */
  private static final int V6_NETWORK_BYTES = 8;

  private static final int V6_BYTES = 16;

  private final int maxPerAddress;
  private final int maxInAll;

  /** With their addresses, oldest first. */
  private final Map<C, InetAddress> present = new LinkedHashMap<>();

  private final Map<InetAddress, Integer> counts = new LinkedHashMap<>();

  Strangers(int maxPerAddress, int maxInAll) {
    this.maxPerAddress = maxPerAddress;
    this.maxInAll = maxInAll;
  }

  /** Takes one in. Returns the one that has to go for it, which is forgotten here. */
  synchronized @Nullable C enter(C connection, InetAddress from) {
    InetAddress address = counted(from);
    C leaving = null;
    if (counts.getOrDefault(address, 0) >= maxPerAddress) {
      leaving = oldest(address);
    } else if (present.size() >= maxInAll) {
      leaving = oldest(mostPresent());
    }
    if (leaving != null) {
      leave(leaving);
    }
    present.put(connection, address);
    counts.merge(address, 1, Integer::sum);
    return leaving;
  }

  /** It is gone, or known. Whether it was here. */
  synchronized boolean leave(C connection) {
    InetAddress address = present.remove(connection);
    if (address == null) {
      return false;
    }
    counts.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
    return true;
  }

  synchronized int size() {
    return present.size();
  }

  private C oldest(InetAddress address) {
    for (Entry<C, InetAddress> one : present.entrySet()) {
      if (one.getValue().equals(address)) {
        return one.getKey();
      }
    }
    throw new NoSuchElementException("nobody is here from " + address);
  }

  private InetAddress mostPresent() {
    return counts.entrySet().stream().max(Entry.comparingByValue()).orElseThrow().getKey();
  }

  private static InetAddress counted(InetAddress from) {
    if (!(from instanceof Inet6Address)) {
      return from;
    }
    try {
      byte[] network = Arrays.copyOf(from.getAddress(), V6_NETWORK_BYTES);
      return InetAddress.getByAddress(Arrays.copyOf(network, V6_BYTES));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an IPv6 address has 16 bytes", e);
    }
  }
}
