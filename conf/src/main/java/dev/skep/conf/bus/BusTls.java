package dev.skep.conf.bus;

import dev.skep.conf.Reason;
import dev.skep.conf.control.ControlProtocol;
import dev.skep.conf.control.FrontDoor;
import dev.skep.conf.control.RefusalLog;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Mutual TLS for all connections that Vert.x's event bus makes and takes. */
final class BusTls {
  private final PeerTls tls;
  private final FrontDoor door;
  private final Handshakes handshakes;
  private final RefusalLog refusals;
  private final Set<BusPeer> peers = ConcurrentHashMap.newKeySet();

  BusTls(PeerTls tls, FrontDoor door, Handshakes handshakes, RefusalLog refusals) {
    this.tls = tls;
    this.door = door;
    this.handshakes = handshakes;
    this.refusals = refusals;
  }

  /** The bus listens there from now on. */
  void listens(SocketAddress at) {
    door.route(ControlProtocol.BUS, (InetSocketAddress) at);
  }

  /**
   * A connection that was accepted; no byte of it was read yet, and no loop has it. Whether it may
   * go on.
   */
  boolean accept(Channel channel) {
    if (door.origin(channel.remoteAddress()) == null) {
      refused(channel, true, new SSLException("it did not come by the control port"));
      channel.unsafe().closeForcibly();
      return false;
    }
    SslHandler handler = handler(tls.accepting(ControlProtocol.BUS));
    channel.pipeline().addFirst(handler, peer(channel, handler, null));
    return true;
  }

  /**
   * A connection that is to be made to this address, behind a handler of its pipeline.
   *
   * @param connecting to be completed when the other end is admitted
   */
  void connect(Channel channel, String after, SocketAddress remote, ChannelPromise connecting) {
    InetSocketAddress to = (InetSocketAddress) remote;
    SslHandler handler =
        handler(
            tls.connecting(ControlProtocol.BUS, to.getAddress().getHostAddress(), to.getPort()));
    channel.pipeline().addAfter(after, null, peer(channel, handler, connecting));
    channel.pipeline().addAfter(after, null, handler);
  }

  private SslHandler handler(SSLEngine engine) {
    SslHandler handler = new SslHandler(engine, handshakes.thread());
    handler.setHandshakeTimeout(Handshakes.PATIENCE_SECONDS, TimeUnit.SECONDS);
    return handler;
  }

  private BusPeer peer(Channel channel, SslHandler handler, @Nullable ChannelPromise connecting) {
    BusPeer peer = new BusPeer(this, handler, connecting);
    peers.add(peer);
    var _ = channel.closeFuture().addListener(closed -> peers.remove(peer));
    return peer;
  }

  void requireAdmitted(SSLEngine engine, Channel channel, boolean accepted) throws SSLException {
    tls.requireAdmitted(ControlProtocol.BUS, engine);
    if (accepted) {
      door.admitted(channel.remoteAddress());
    }
  }

  boolean admits(SSLEngine engine) {
    return tls.admits(engine);
  }

  /** Puts out all peers that are no longer admitted. */
  void recheck() {
    peers.forEach(BusPeer::recheck);
  }

  void refused(Channel channel, boolean accepted, @Nullable Throwable cause) {
    SocketAddress seen = channel.remoteAddress();
    InetSocketAddress origin = accepted ? door.origin(seen) : null;
    refusals.add(origin == null ? seen : origin, Reason.of(cause));
  }
}
