/**
 * Lets traffic in: every node listens on every published port and sends each new connection to the
 * next task, wherever it runs.
 *
 * <p>Start with {@link dev.skep.ingress.IngressVerticle}, which takes routing tables and answers
 * the bus. What to do is decided by pure types: {@link dev.skep.ingress.RoutingTable}, {@link
 * dev.skep.ingress.RouteChange}, {@link dev.skep.ingress.Balancer}. What moves the bytes stands
 * behind {@link dev.skep.ingress.DataPlane}; the one here, {@link dev.skep.ingress.UserSpacePlane},
 * copies them between sockets.
 *
 * <p>The plane works on the epoll loops' raw sockets and not on Netty's channels: it decides itself
 * when to read, so that a slow reader holds back its writer also after the writer has closed (a
 * channel reads everything then), an idle connection owns no buffer, and a byte costs one read and
 * one write. A {@link dev.skep.ingress.IngressLoop} is one such loop; all that belongs to a
 * connection lives on one loop and needs no lock: the {@link dev.skep.ingress.ClientConnection} of
 * a client finds a task by a {@link dev.skep.ingress.Connector}, then a {@link
 * dev.skep.ingress.Connection} of two {@link dev.skep.ingress.Flow}s joins both.
 *
 * <p>This room never looks into the bytes, never keeps a connection in stock and never decides
 * which tasks are fit to take traffic.
 */
@NullMarked
package dev.skep.ingress;

import org.jspecify.annotations.NullMarked;
