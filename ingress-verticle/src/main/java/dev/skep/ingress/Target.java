package dev.skep.ingress;

import java.net.InetSocketAddress;

/**
 * Where a connection to a task goes from this node.
 *
 * @param targetPort the port inside the task's container
 * @param address the container itself for a task of this node, else the mesh port of the task's
 *     node
 * @param relayed whether {@code address} is another node's mesh port
 */
record Target(String taskId, int targetPort, InetSocketAddress address, boolean relayed) {}
