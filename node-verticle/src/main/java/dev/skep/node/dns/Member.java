package dev.skep.node.dns;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What names need to know of a task on a network.
 *
 * @param address IPv4 such as 10.0.3.2; empty while it is not known
 * @param names by which it is found there; compared without case
 * @param answers whether connections may be led to it now
 * @param arriving whether its container may run already although its address is not known
 * @param nameservers addresses of servers that are asked for what is no service's name; none for
 *     the host's own
 */
public record Member(
    String taskId,
    NamedNetwork network,
    String address,
    Set<String> names,
    boolean answers,
    boolean arriving,
    List<String> nameservers) {
  /**
   * A network of the swarm.
   *
   * @param internal whether nothing outside may be reached from it, names included
   */
  public record NamedNetwork(String id, String name, boolean internal) {}

  public Member {
    Set<String> lowered = new TreeSet<>();
    names.forEach(name -> lowered.add(name.toLowerCase(Locale.ROOT)));
    names = Set.copyOf(lowered);
    nameservers = List.copyOf(nameservers);
  }
}
