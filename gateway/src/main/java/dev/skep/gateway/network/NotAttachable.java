package dev.skep.gateway.network;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.Network;

/** Why a container that is no task's cannot join a network of the swarm. */
public final class NotAttachable {
  private NotAttachable() {}

  public static ApiError refusal(Network network) {
    return Boolean.TRUE.equals(network.spec().attachable())
        ? ApiError.notImplemented(
            "containers that are not part of a service cannot join the swarm's network \""
                + network.name()
                + "\" yet; run them as a service, or use a network of this host's engine")
        : ApiError.forbidden("network " + network.name() + " not manually attachable");
  }
}
