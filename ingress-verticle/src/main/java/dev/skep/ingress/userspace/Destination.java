package dev.skep.ingress.userspace;

import dev.skep.ingress.Target;
import dev.skep.store.net.HostPort;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection to a task goes from this node.
 *
 * @param targetPort the port inside the task's container
 * @param address the container itself for a task of this node, else the mesh address of the task's
 *     node
 * @param relayed whether {@code address} is another node's mesh address
 */
record Destination(String taskId, int targetPort, InetSocketAddress address, boolean relayed) {
  /** Nothing when no connection could go to the target. */
  static @Nullable Destination of(Target target) {
    HostPort to = target.local() ? target.address() : target.meshAddress();
    return to == null
        ? null
        : new Destination(
            target.taskId(), target.targetPort(), to.socketAddress(), !target.local());
  }
}
