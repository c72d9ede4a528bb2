package dev.skep.store.raft.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * How a member listens to the others and proves to them who it is: gRPC (HTTP/2) in mutual TLS 1.3.
 * What the others connect to is its address in {@link dev.skep.store.raft.RaftStoreOptions}; who
 * listens there hands the connections on to where this member is bound.
 *
 * @param bind the address to listen at, on a port of the system's choice; a loopback address where
 *     another listens for it
 * @param keys asked in each handshake, on both ends of a connection
 * @param trust asked in each full handshake, on both ends; it admits members only, and checks the
 *     address of who is connected to
 * @param admitted whether the peer of a connection may be a member; asked once its handshake is
 *     done, of resumed sessions too, which do not ask {@code trust}
 * @param bound told where the member listens, each time that it begins to; at once and before it
 *     waits for the others, since these reach it there only
 */
public record RaftNetwork(
    InetAddress bind,
    X509ExtendedKeyManager keys,
    X509ExtendedTrustManager trust,
    Predicate<SSLSession> admitted,
    Consumer<InetSocketAddress> bound) {}
