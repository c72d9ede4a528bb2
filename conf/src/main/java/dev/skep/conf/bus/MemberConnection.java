package dev.skep.conf.bus;

import com.hazelcast.internal.networking.Channel;
import java.io.EOFException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS on one connection of Hazelcast's. Its two directions run on two threads of Hazelcast's; the
 * engine is made for that.
 */
final class MemberConnection {
  private final Channel channel;
  private final SSLEngine engine;
  private final MemberTls members;
  private volatile boolean known;
  private volatile boolean open;
  private volatile @Nullable SSLException failure;

  MemberConnection(Channel channel, SSLEngine engine, MemberTls members) {
    this.channel = channel;
    this.engine = engine;
    this.members = members;
  }

  Channel channel() {
    return channel;
  }

  SSLEngine engine() {
    return engine;
  }

  void begin() {
    try {
      engine.beginHandshake();
    } catch (SSLException e) {
      fail(e);
    }
  }

  /** Whether the handshake is done, so that the peer can be looked at. */
  boolean isKnown() {
    return known;
  }

  /** To be called before each of Hazelcast's bytes; the first time, the peer is looked at. */
  void requireOpen() throws SSLException {
    if (!open) {
      open(); // both directions may come here at once
    }
  }

  private synchronized void open() throws SSLException {
    if (!open) {
      known = true; // before the question, so that whoever rechecks meanwhile asks it too
      members.requireAdmitted(channel, engine);
      open = true;
    }
  }

  /** Why nothing passes any more. */
  @Nullable SSLException failure() {
    return failure;
  }

  /** Nothing passes any more; the outbound side tells the peer, and closes. */
  void fail(SSLException cause) {
    if (failure == null) {
      failure = cause;
    }
    channel.outboundPipeline().wakeup();
  }

  /** The time for the handshake is over. */
  void late() {
    if (!open && !channel.isClosed()) {
      fail(new SSLException("no TLS handshake within %d s".formatted(Handshakes.PATIENCE_SECONDS)));
    }
  }

  /** Hands the engine's slow steps to another thread; both directions go on when they are done. */
  void runTasks() {
    for (Runnable next = engine.getDelegatedTask();
        next != null;
        next = engine.getDelegatedTask()) {
      Runnable task = next;
      members.handshakes(() -> {
        if (!channel.isClosed()) { // work for the dead would make the living late too
          task.run(); // the engine throws what it threw at its next call
          channel.inboundPipeline().wakeup();
          channel.outboundPipeline().wakeup();
        }
      });
    }
  }

  /**
   * Replaces what broke a connection of a stranger by an end of file, of which Hazelcast makes one
   * line of its log instead of a stack trace.
   */
  void broken(Throwable error) throws EOFException {
    SSLException cause = failure;
    // Who connected is open before he hears that he is refused.
    if (open && cause == null && !(error instanceof SSLException)) {
      return;
    }
    Throwable reason = cause == null ? error : cause;
    members.refused(channel, reason);
    EOFException end = new EOFException("TLS: " + reason.getMessage());
    end.initCause(reason);
    throw end;
  }
}
