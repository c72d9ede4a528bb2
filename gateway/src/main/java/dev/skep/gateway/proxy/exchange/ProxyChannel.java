package dev.skep.gateway.proxy.exchange;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the two connections that an exchange joins, with the few things an exchange does to it.
 *
 * <p>All calls are made on the connection's event loop; both channels of an exchange share one, so
 * nothing here or in {@link Exchange} needs a lock.
 */
public final class ProxyChannel {

  private static final Logger LOG = LoggerFactory.getLogger(ProxyChannel.class);

  /** How soon something is given up behind a peer that is gone. */
  private static final int GONE_CHECK_MILLIS = 500;

  private final DuplexChannel channel;

  public ProxyChannel(Channel channel) {
    this.channel = (DuplexChannel) channel;
  }

  /**
   * Closes a connection on which a handler met an exception: a peer that is gone, or a bug of ours.
   */
  static void failed(Channel channel, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.atDebug().addKeyValue("cause", cause.toString()).log("a connection broke");
    } else {
      LOG.atError()
          .setCause(cause)
          .log("a connection is closed because of an error in the gateway");
    }
    new ProxyChannel(channel).close();
  }

  EventLoop eventLoop() {
    return channel.eventLoop();
  }

  /** Puts a message in the queue; {@link #flush} sends it. The listener hears what became of it. */
  void write(Object message, ChannelFutureListener outcome) {
    drop(channel.write(message).addListener(outcome));
  }

  void write(Object message) {
    drop(channel.write(message, channel.voidPromise()));
  }

  /** As {@link #write(Object)}, but past the handler of that type and those behind it. */
  void writeBelow(Class<? extends ChannelHandler> handler, Object message) {
    drop(channel.pipeline().context(handler).write(message));
  }

  void flush() {
    channel.flush();
  }

  /** Whether the queue is short; when it is not, the other channel should read no more. */
  boolean isWritable() {
    return channel.isWritable();
  }

  /** Back-pressure: what is not read stays with the sender. */
  void read(boolean on) {
    drop(channel.config().setAutoRead(on));
  }

  /**
   * Whether the peer closed its socket altogether: an end of its output alone looks the same at
   * first. Only a Unix socket tells, by refusing to write even nothing; over TCP this is false.
   */
  private boolean isPeerGone() {
    if (!(channel instanceof DomainSocketChannel socket)) {
      return false;
    }
    try {
      socket.fd().write(ByteBuffer.allocateDirect(0), 0, 0);
      return false;
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("cause", e.toString()).log("a client is gone");
      return true;
    }
  }

  /**
   * Looks from time to time whether a peer that ended its output has closed its socket meanwhile,
   * since no event tells of that. Then it closes this channel too.
   *
   * @param over whether the exchange has ended and the watch may stop
   * @param gone what to do about it
   */
  void watch(BooleanSupplier over, Runnable gone) {
    if (over.getAsBoolean()) {
      return;
    }
    if (isPeerGone()) {
      gone.run();
      close();
    } else {
      drop(eventLoop().schedule(() -> watch(over, gone), GONE_CHECK_MILLIS, TimeUnit.MILLISECONDS));
    }
  }

  /** Sends what is queued and then the end of this direction; the other direction goes on. */
  void end() {
    afterWrites(f -> drop(channel.shutdownOutput()));
  }

  /** Sends what is queued and then closes. */
  void closeAfterWrites() {
    afterWrites(f -> close());
  }

  public void close() {
    drop(channel.close());
  }

  void remove(Class<? extends ChannelHandler> handler) {
    drop(channel.pipeline().remove(handler));
  }

  private void afterWrites(ChannelFutureListener next) {
    drop(channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(next));
  }

  /**
   * A failed write or close shows as the channel's own end, which the handlers hear of; the future
   * adds nothing.
   */
  @SuppressWarnings("unused")
  private static void drop(Object future) {}
}
