package dev.skep.ingress.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One event loop with its sockets. All methods but {@link #execute} are for the loop's own thread.
 */
public final class IngressLoop {
  /**
   * The most that one read takes. More does not get faster; it is shared by all connections of the
   * loop, since what was read is normally written before the next read.
   */
  public static final int READ_BYTES = 256 * 1024;

  /** The least that one read takes, however much is waiting for slow readers. */
  private static final int LEAST_READ_BYTES = 4 * 1024;

  /**
   * What may wait for slow readers before reads get smaller. Small against the heap of a daemon
   * (direct memory is bounded by it), and much more than a healthy node ever has waiting.
   */
  private static final int WAITING_BYTES = 4 * 1024 * 1024;

  /** A read may take this part of what is left of {@link #WAITING_BYTES}. */
  private static final int SHARE = 8;

  /** Something that happens later. */
  public interface Timer {
    /** It need not happen. */
    void cancel();
  }

  private final IoEventLoop loop;
  private final ByteBufAllocator allocator;
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(READ_BYTES);
  private final long scratchAddress = Buffer.memoryAddress(scratch);
  private final Set<EpollSocket> sockets = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<EpollSocket> closing = new ArrayList<>();
  private long waitingBytes;

  public IngressLoop(IoEventLoop loop, ByteBufAllocator allocator) {
    this.loop = loop;
    this.allocator = allocator;
  }

  public void execute(Runnable task) {
    loop.execute(task);
  }

  public Timer after(Duration delay, Runnable task) {
    ScheduledFuture<?> scheduled = loop.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    return () -> scheduled.cancel(false);
  }

  IoEventLoop events() {
    return loop;
  }

  /** Takes a connecting socket; its events go to {@code owner}. */
  public EpollSocket adopt(Socket raw, EpollSocket.Owner owner) throws IOException {
    return adopt(raw, owner, () -> {});
  }

  /**
   * Takes a socket; its events go to {@code owner}.
   *
   * @param released run when the socket has been closed; not when this throws
   */
  public EpollSocket adopt(Socket raw, EpollSocket.Owner owner, Runnable released)
      throws IOException {
    EpollSocket socket = new EpollSocket(this, raw, owner, released);
    try {
      socket.register(loop);
    } catch (UncheckedIOException e) {
      raw.close();
      throw e.getCause();
    }
    sockets.add(socket);
    return socket;
  }

  /** The sockets that are open on this loop. */
  public Set<EpollSocket> sockets() {
    return sockets;
  }

  /**
   * Closes the socket after the events at hand: were its number free at once, a new socket could
   * get it and then an event that was meant for the old one.
   */
  void close(EpollSocket socket) {
    sockets.remove(socket);
    if (closing.isEmpty()) {
      loop.execute(this::release);
    }
    closing.add(socket);
  }

  private void release() {
    closing.forEach(EpollSocket::release);
    closing.clear();
  }

  /** Resets every connection. */
  public void closeAll() {
    List.copyOf(sockets).forEach(socket -> socket.owner().broken(socket));
  }

  /** How much to read now. */
  public int readBytes() {
    long left = (WAITING_BYTES - waitingBytes) / SHARE;
    return Math.clamp(left, LEAST_READ_BYTES, READ_BYTES);
  }

  long scratchAddress() {
    return scratchAddress;
  }

  /** Copies a part of the scratch memory that has to wait. */
  public ByteBuf keep(int from, int to) {
    ByteBuf kept = allocator.directBuffer(to - from);
    kept.writeBytes(scratch.duplicate().limit(to).position(from));
    waitingBytes += kept.capacity();
    return kept;
  }

  public void release(ByteBuf kept) {
    waitingBytes -= kept.capacity();
    kept.release();
  }

  public long waitingBytes() {
    return waitingBytes;
  }

  /** Writes a short message; a new connection takes it whole. */
  public int send(EpollSocket socket, byte[] bytes) throws IOException {
    scratch.duplicate().put(0, bytes);
    return socket.write(0, bytes.length);
  }

  byte[] scratchBytes(int length) {
    byte[] bytes = new byte[length];
    scratch.duplicate().get(0, bytes);
    return bytes;
  }
}
