/**
 * The data plane that copies bytes between sockets. Start with {@link
 * dev.skep.ingress.userspace.UserSpacePlane}.
 *
 * <p>A {@code ClientConnection} has come to a published port. It finds a task by a {@code
 * Connector}: directly on this node, or by way of the task's node, whose plane takes it as a {@code
 * PeerConnection} ({@code RelayProtocol} has the words between the two). Then a {@code Connection}
 * of two {@code Flow}s joins both ends. All that belongs to a connection lives on one {@link
 * dev.skep.ingress.socket.IngressLoop} and needs no lock.
 *
 * <p>This plane never looks into the bytes and never keeps a connection in stock.
 */
@NullMarked
package dev.skep.ingress.userspace;

import org.jspecify.annotations.NullMarked;
