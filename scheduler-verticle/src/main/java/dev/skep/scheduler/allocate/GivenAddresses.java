package dev.skep.scheduler.allocate;

import dev.skep.store.model.Network;
import dev.skep.store.model.Task.NetworkAttachment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A task's places on networks: those that the manager gave, and those that its node tells of. */
public final class GivenAddresses {
  private GivenAddresses() {}

  /**
   * What to keep of both. Where the manager gives the addresses its word counts: nobody else may
   * come to have an address, whatever the node says. A place on a network that the node does not
   * know is taken for one of these, where there are any.
   *
   * @param known what is stored
   * @param said what the node says, in the order in which the service names its networks
   */
  public static List<NetworkAttachment> kept(
      List<NetworkAttachment> known, List<NetworkAttachment> said, NetworkDrivers drivers) {
    if (said.isEmpty() || drivers.local()) {
      return said.isEmpty() ? known : said;
    }
    Map<String, NetworkAttachment> given = new LinkedHashMap<>();
    for (NetworkAttachment attachment : known) {
      if (attachment.network() != null && drivers.manages(attachment.network())) {
        given.put(attachment.network().id(), attachment);
      }
    }
    Set<String> left = new LinkedHashSet<>(given.keySet());
    List<NetworkAttachment> kept = new ArrayList<>();
    for (NetworkAttachment one : said) {
      Network network = one.network();
      NetworkAttachment own = network == null ? null : given.get(network.id());
      if (network != null && own != null) {
        if (left.remove(network.id())) {
          kept.add(own);
        }
      } else if (network == null ? given.isEmpty() : !drivers.manages(network)) {
        kept.add(one);
      }
    }
    given.forEach((id, attachment) -> {
      if (left.contains(id)) {
        kept.add(attachment);
      }
    });
    return List.copyOf(kept);
  }
}
