package dev.skep.conf.bus;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.OutboundHandler;
import java.io.EOFException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * From Hazelcast to the socket. {@code src} is what the handler before left to send, {@code dst}
 * what goes out.
 */
final class MemberEncryption extends OutboundHandler<ByteBuffer, ByteBuffer> {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final MemberConnection connection;
  private final SSLEngine engine;
  private boolean told;

  MemberEncryption(MemberConnection connection) {
    this.connection = connection;
    this.engine = connection.engine();
    // A record more than the one that waits for the socket.
    dst = ByteBuffer.allocate(2 * engine.getSession().getPacketBufferSize()).flip();
  }

  @Override
  public HandlerStatus onWrite() throws Exception {
    dst.compact();
    try {
      HandlerStatus status = null;
      while (status == null && connection.failure() == null) {
        status = step();
      }
      return status == null ? end() : status;
    } catch (SSLException e) {
      if (told) {
        throw e;
      }
      connection.fail(e);
      return end();
    } finally {
      dst.flip();
    }
  }

  /** Encrypts one record, or what the handshake has to say. Null when there may be more to do. */
  private @Nullable HandlerStatus step() throws SSLException {
    HandshakeStatus before = engine.getHandshakeStatus();
    switch (before) {
      case NEED_TASK -> {
        connection.runTasks();
        return HandlerStatus.BLOCKED;
      }
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
        return HandlerStatus.BLOCKED;
      }
      case NEED_WRAP -> {}
      case FINISHED, NOT_HANDSHAKING -> {
        connection.requireOpen();
        if (!src.hasRemaining()) {
          return HandlerStatus.CLEAN;
        }
      }
    }
    SSLEngineResult result = engine.wrap(src, dst);
    if (result.getStatus() == Status.BUFFER_OVERFLOW) {
      return HandlerStatus.DIRTY; // it empties to the socket first
    }
    if (result.getStatus() == Status.CLOSED) {
      throw new SSLException("the connection is closed");
    }
    if (before == HandshakeStatus.NEED_WRAP
        && result.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
      connection.channel().inboundPipeline().wakeup(); // it may hold what it could not read before
    }
    return null;
  }

  /** Tells the peer why, then breaks the connection. */
  private HandlerStatus end() throws SSLException {
    if (told) {
      SSLException failure = connection.failure();
      throw failure == null ? new SSLException("the connection is closed") : failure;
    }
    told = true;
    engine.closeOutbound();
    engine.wrap(NOTHING, dst);
    return HandlerStatus.DIRTY;
  }

  @Override
  public void interceptError(Throwable error) throws EOFException {
    connection.broken(error);
  }
}
