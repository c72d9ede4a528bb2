package dev.skep.ingress;

import dev.skep.store.net.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * A task that a published port leads to, as seen from this node.
 *
 * @param nodeId the task's node
 * @param local whether that is this node
 * @param targetPort the port inside the task's container
 * @param network id of the network that {@code address} is an address of; {@link
 *     dev.skep.store.bus.message.IngressMessages.Endpoint#HOST_NETWORK} for the node's own
 * @param address the container's address with the target port; absent when it has none
 * @param meshAddress where the plane of the task's node takes connections from other nodes; absent
 *     when it does not
 */
public record Target(
    String taskId,
    String nodeId,
    boolean local,
    int targetPort,
    String network,
    @Nullable HostPort address,
    @Nullable HostPort meshAddress) {}
