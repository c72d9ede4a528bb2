package dev.skep.node.dns;

import dev.skep.node.dns.Member.NamedNetwork;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who is found by which name on which network. Immutable; the same members make the same table. */
public final class NameTable {
  public static final NameTable EMPTY = NameTable.of(List.of());

  private final List<Member> members;
  private final Map<String, Zone> networks = new HashMap<>();
  private final Map<Place, Asker> askers = new HashMap<>();

  /** One network's names, each with the addresses that answer now; some have none. */
  private static final class Zone {
    final NamedNetwork network;
    final Map<String, Set<String>> byName = new HashMap<>();
    boolean arriving;

    Zone(NamedNetwork network) {
      this.network = network;
    }

    /** Swarm finds a service under its bare name and under {@code name.network}. */
    @Nullable Set<String> find(String name) {
      Set<String> found = byName.get(name);
      String suffix = "." + network.name().toLowerCase(Locale.ROOT);
      return found == null && name.endsWith(suffix)
          ? byName.get(name.substring(0, name.length() - suffix.length()))
          : found;
    }
  }

  private record Place(String networkId, String address) {}

  /** A task that may ask: on all its networks, wherever it does. */
  private record Asker(Set<String> networkIds, List<String> nameservers) {}

  private NameTable(List<Member> members) {
    this.members = members;
    Map<String, Asker> tasks = new LinkedHashMap<>();
    for (Member member : members) {
      String networkId = member.network().id();
      Zone names = networks.computeIfAbsent(networkId, id -> new Zone(member.network()));
      names.arriving |= member.arriving();
      for (String name : member.names()) {
        Set<String> addresses = names.byName.computeIfAbsent(name, n -> new LinkedHashSet<>());
        if (member.answers() && !member.address().isEmpty()) {
          addresses.add(member.address());
        }
      }
      Asker asker =
          tasks.computeIfAbsent(
              member.taskId(), id -> new Asker(new LinkedHashSet<>(), member.nameservers()));
      asker.networkIds().add(networkId);
      if (!member.address().isEmpty()) {
        askers.put(new Place(networkId, member.address()), asker);
      }
    }
  }

  /** In the order of the members, which is the order of the answers. */
  public static NameTable of(Collection<Member> members) {
    return new NameTable(List.copyOf(members));
  }

  /**
   * What answers a name.
   *
   * <p>Everybody on a network finds what is on it. A task also finds what is on its other networks:
   * its address tells which task it is. Right after its start that may not be known yet. Then a
   * question waits unless the network it came from answers it.
   *
   * @param networkId on which the question was asked
   * @param asker the address it came from
   * @param name with or without the dot at its end, in any case
   * @param turn which address comes first: the next turn begins with the next
   */
  Answer answer(String networkId, String asker, String name, int turn) {
    Asker known = askers.get(new Place(networkId, asker));
    Set<String> reached = new LinkedHashSet<>(List.of(networkId));
    if (known != null) {
      reached.addAll(known.networkIds());
    }
    List<Zone> asked = reached.stream().map(networks::get).flatMap(Stream::ofNullable).toList();
    String wanted = plain(name);
    boolean named = false;
    for (Zone names : asked) {
      Set<String> found = names.find(wanted);
      if (found != null && !found.isEmpty()) {
        return new Answer.Addresses(rotated(found, turn));
      }
      named |= found != null;
    }
    Zone own = networks.get(networkId);
    if (known == null && own != null && own.arriving) {
      return Answer.LATER;
    }
    if (named) {
      return Answer.NOBODY;
    }
    boolean enclosed = !asked.isEmpty() && asked.stream().allMatch(n -> n.network.internal());
    return enclosed
        ? Answer.REFUSED
        : new Answer.Elsewhere(known == null ? List.of() : known.nameservers());
  }

  private static String plain(String name) {
    String lowered = name.toLowerCase(Locale.ROOT);
    return lowered.endsWith(".") ? lowered.substring(0, lowered.length() - 1) : lowered;
  }

  private static List<String> rotated(Set<String> addresses, int turn) {
    List<String> order = new ArrayList<>(addresses);
    Collections.rotate(order, -Math.floorMod(turn, order.size()));
    return order;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NameTable table && members.equals(table.members);
  }

  @Override
  public int hashCode() {
    return members.hashCode();
  }
}
