/**
 * The TLS that follows from who is who: mutual, TLS 1.3 only, between nodes of one cluster.
 *
 * <p>Start at {@link dev.skep.identity.tls.LiveIdentity}: keys and trust for whatever speaks TLS,
 * exchangeable while connections live. {@link dev.skep.identity.tls.PinnedTrust} is for a host that
 * has only a join token.
 *
 * <p>Whoever uses these managers must know one thing. When a TLS session is resumed, nobody asks a
 * trust manager again: its peer may have been removed, or its root exchanged, since the session
 * began. The JDK's servers resume none with the keys of this package; others may. So a component
 * calls {@link dev.skep.identity.tls.LiveIdentity#requirePeer} after each handshake, before it
 * believes the peer.
 *
 * <p>This package must never accept a peer because something could not be checked.
 */
@NullMarked
package dev.skep.identity.tls;

import org.jspecify.annotations.NullMarked;
