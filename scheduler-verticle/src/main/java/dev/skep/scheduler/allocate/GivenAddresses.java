package dev.skep.scheduler.allocate;

import dev.skep.store.model.Task.NetworkAttachment;
import java.util.ArrayList;
import java.util.List;

/** A task's places on networks: those that the manager gave, and those that its node tells of. */
public final class GivenAddresses {
  private GivenAddresses() {}

  /**
   * What to keep of both. Where the manager gave the address its word counts: nobody else may come
   * to have that address, whatever the node says.
   *
   * @param known what is stored
   * @param said what the node says, in the order in which the service names its networks
   */
  public static List<NetworkAttachment> kept(
      List<NetworkAttachment> known, List<NetworkAttachment> said, NetworkDrivers drivers) {
    if (said.isEmpty() || drivers.local()) {
      return said.isEmpty() ? known : said;
    }
    List<NetworkAttachment> given =
        new ArrayList<>(known.stream().filter(attachment -> given(attachment, drivers)).toList());
    List<NetworkAttachment> kept = new ArrayList<>();
    for (NetworkAttachment one : said) {
      NetworkAttachment own = null;
      for (NetworkAttachment candidate : given) {
        own = own == null && same(candidate, one) ? candidate : own;
      }
      if (own != null) {
        given.remove(own);
      }
      kept.add(own == null ? one : own);
    }
    kept.addAll(given);
    return List.copyOf(kept);
  }

  private static boolean given(NetworkAttachment attachment, NetworkDrivers drivers) {
    return attachment.network() != null && drivers.manages(attachment.network());
  }

  private static boolean same(NetworkAttachment given, NetworkAttachment said) {
    return given.network() != null
        && said.network() != null
        && given.network().id().equals(said.network().id());
  }
}
