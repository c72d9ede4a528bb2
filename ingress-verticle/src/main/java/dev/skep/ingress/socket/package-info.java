/**
 * Raw sockets on epoll loops: listening, reading, writing, closing. Start with {@link
 * dev.skep.ingress.socket.IngressLoop}, then {@link dev.skep.ingress.socket.EpollSocket}.
 *
 * <p>They stand below Netty's channels: whoever uses them decides when to read, so that a slow
 * reader holds back its writer also after the writer has closed (a channel reads everything then),
 * an idle connection owns no buffer, and a byte costs one read and one write.
 *
 * <p>This room knows nothing of routes and tasks.
 */
@NullMarked
package dev.skep.ingress.socket;

import org.jspecify.annotations.NullMarked;
