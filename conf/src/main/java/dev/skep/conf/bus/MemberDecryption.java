package dev.skep.conf.bus;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.InboundHandler;
import java.io.EOFException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * From the socket to Hazelcast. {@code src} is what the socket gave; {@code dst} is the next
 * handler's, which may have room for three bytes only, so that decrypted bytes wait here.
 */
final class MemberDecryption extends InboundHandler<ByteBuffer, ByteBuffer> {
  private final MemberConnection connection;
  private final SSLEngine engine;

  /** Decrypted and not taken yet: at most one record. */
  private final ByteBuffer clear;

  MemberDecryption(MemberConnection connection) {
    this.connection = connection;
    this.engine = connection.engine();
    this.clear = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize()).flip();
    // The second record may have begun before the first is whole.
    src = ByteBuffer.allocate(2 * engine.getSession().getPacketBufferSize());
  }

  @Override
  public HandlerStatus onRead() throws Exception {
    src.flip();
    try {
      HandlerStatus status = null;
      while (status == null && connection.failure() == null) {
        status = step();
      }
      return status == null ? HandlerStatus.BLOCKED : status;
    } catch (SSLException e) {
      connection.fail(e);
      return HandlerStatus.BLOCKED; // the other direction closes
    } finally {
      src.compact();
    }
  }

  /** Hands on what is decrypted, then decrypts one record. Null when there may be more to do. */
  private @Nullable HandlerStatus step() throws SSLException, EOFException {
    if (!handOn()) {
      return HandlerStatus.DIRTY; // the next handler takes its part, and calls again
    }
    SSLEngineResult result = decrypt();
    if (result.getStatus() == Status.CLOSED) {
      throw new EOFException("the peer has closed the connection");
    }
    if (clear.hasRemaining()) {
      connection.requireOpen();
    }
    HandshakeStatus handshake = result.getHandshakeStatus();
    if (handshake == HandshakeStatus.NEED_TASK) {
      connection.runTasks();
      return HandlerStatus.BLOCKED;
    }
    if (handshake == HandshakeStatus.NEED_WRAP || handshake == HandshakeStatus.FINISHED) {
      connection.channel().outboundPipeline().wakeup();
    }
    boolean idle = result.bytesConsumed() == 0 && result.bytesProduced() == 0;
    if (result.getStatus() != Status.BUFFER_UNDERFLOW && !idle) {
      return null;
    }
    return idle && handshake == HandshakeStatus.NEED_WRAP
        ? HandlerStatus.BLOCKED // what is here can be read only after that was sent
        : HandlerStatus.CLEAN;
  }

  /** Whether the next handler took all. */
  private boolean handOn() {
    int fits = Math.min(clear.remaining(), dst.remaining());
    dst.put(clear.slice().limit(fits));
    clear.position(clear.position() + fits);
    return !clear.hasRemaining();
  }

  private SSLEngineResult decrypt() throws SSLException {
    clear.clear();
    try {
      return engine.unwrap(src, clear);
    } finally {
      clear.flip();
    }
  }

  @Override
  public void interceptError(Throwable error) throws EOFException {
    connection.broken(error);
  }
}
