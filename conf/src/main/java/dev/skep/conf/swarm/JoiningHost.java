package dev.skep.conf.swarm;

import dev.skep.conf.swarm.ControlMessages.Join;
import dev.skep.conf.swarm.ControlMessages.Joined;
import dev.skep.store.membership.Membership.JoinRequest;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Sensitive;
import io.vertx.core.Vertx;
import java.util.List;

/** A host that is in no swarm asks managers, one after another, to take it. */
final class JoiningHost {
  private JoiningHost() {}

  /** Who the host is once it has joined. Throws {@link MembershipException}; blocks. */
  static Identity ask(
      Vertx vertx, String hostname, JoinRequest request, AdvertisedAddress address) {
    List<String> remotes = request.remoteAddrs() == null ? List.of() : request.remoteAddrs();
    if (remotes.isEmpty()) {
      throw new MembershipException(400, "at least 1 RemoteAddr is required to join");
    }
    String token = request.joinToken() == null ? "" : request.joinToken();
    if (JoinToken.parse(token).isEmpty()) {
      throw new MembershipException(500, "invalid join token");
    }
    String availability = FoundingRequest.availability(request.availability());
    Join join = new Join(new Sensitive(token), hostname, address.host(), availability);
    MembershipException last = null;
    for (String remote : remotes) {
      AdvertisedAddress manager = AdvertisedAddress.remote(remote);
      try {
        return identity(
            address, ControlClient.ask(vertx, manager.host(), manager.port(), join).await());
      } catch (MembershipException e) {
        last = e;
      }
    }
    throw last == null ? new MembershipException(503, "no manager answered") : last;
  }

  private static Identity identity(AdvertisedAddress address, Joined joined) {
    return new Identity(
        joined.nodeId(),
        joined.clusterId(),
        joined.role(),
        address.host(),
        address.port(),
        joined.busSecret(),
        joined.nodeKey(),
        joined.managers(),
        joined.members());
  }
}
