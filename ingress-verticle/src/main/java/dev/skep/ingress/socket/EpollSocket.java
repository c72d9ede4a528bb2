package dev.skep.ingress.socket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP socket on a loop. It is registered once, edge-triggered, and remembers between events
 * whether it can be read or written; so holding a peer back costs no system call.
 */
public final class EpollSocket implements EpollIoHandle {
  /** Whoever acts on a socket's events. */
  public interface Owner {
    /** Something about the socket changed. Spurious calls happen. */
    void ready(EpollSocket socket);

    /** {@link #ready} threw; the socket is to be given up. */
    void broken(EpollSocket socket);
  }

  private static final Logger LOG = LoggerFactory.getLogger(EpollSocket.class);

  private static final int IN = EpollIoOps.EPOLLIN.value();
  private static final int OUT = EpollIoOps.EPOLLOUT.value();
  private static final int ERR = EpollIoOps.EPOLLERR.value();
  private static final int RDHUP = EpollIoOps.EPOLLRDHUP.value();
  private static final int PRI = 0x02; // EPOLLPRI
  private static final int HUP = 0x10; // EPOLLHUP
  private static final EpollIoOps ALL =
      EpollIoOps.valueOf(IN | OUT | PRI | RDHUP | EpollIoOps.EPOLLET.value());

  private final IngressLoop loop;
  private final Socket socket;
  private final Runnable released;
  private Owner owner;
  private @Nullable IoRegistration registration;
  private boolean readable;
  private boolean writable;
  private boolean failed;
  private boolean thorough;
  private boolean open = true;

  EpollSocket(IngressLoop loop, Socket socket, Owner owner, Runnable released) {
    this.loop = loop;
    this.socket = socket;
    this.owner = owner;
    this.released = released;
  }

  void register(IoEventLoop events) {
    Future<IoRegistration> done = events.register(this);
    if (!done.isSuccess()) { // on the loop's own thread it is done at once
      throw new IllegalStateException("cannot watch a socket", done.cause());
    }
    registration = done.getNow();
    registration.submit(ALL);
  }

  public void owner(Owner next) {
    owner = next;
  }

  public Owner owner() {
    return owner;
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }

  @Override
  public void handle(IoRegistration source, IoEvent event) {
    int bits = ((EpollIoEvent) event).ops().value();
    if ((bits & ~OUT) != 0) {
      readable = true;
    }
    if ((bits & (OUT | HUP | ERR)) != 0) {
      writable = true;
    }
    if ((bits & ERR) != 0) {
      failed = true;
    }
    if ((bits & ~(IN | OUT)) != 0) {
      thorough = true;
    }
    act();
  }

  /** Lets the owner look at the socket. */
  public void act() {
    if (!open) {
      return;
    }
    try {
      owner.ready(this);
    } catch (RuntimeException | OutOfMemoryError e) {
      giveUp(e);
    }
  }

  /** Does something for the socket's owner that {@link #act} does not do. */
  public void act(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | OutOfMemoryError e) {
      giveUp(e);
    }
  }

  /**
   * A loop that sees an exception pauses for a second; one connection must not hold up the others.
   */
  private void giveUp(Throwable cause) {
    LOG.atError().setCause(cause).log("a connection failed by a bug or for lack of memory");
    owner.broken(this);
  }

  public boolean isReadable() {
    return readable;
  }

  public boolean isWritable() {
    return writable;
  }

  /** The connection was reset or timed out. */
  public boolean isFailed() {
    return failed;
  }

  /**
   * Reads into the loop's scratch memory.
   *
   * @return the number of bytes; 0 when there are none now, -1 when none will come any more
   */
  public int read(int limit) throws IOException {
    int read = socket.recvAddress(loop.scratchAddress(), 0, limit);
    if (read == 0 || (read > 0 && read < limit && !thorough)) {
      // A short read has drained the socket, unless an end, an error or urgent data is ahead: these
      // have had their event already.
      readable = false;
    }
    return read;
  }

  /** Writes from the loop's scratch memory and returns how many bytes were taken. */
  public int write(int from, int to) throws IOException {
    int written = socket.sendAddress(loop.scratchAddress(), from, to);
    if (written < to - from) {
      writable = false;
    }
    return written;
  }

  /** Writes from {@code bytes} and moves its reader index by what was taken. */
  public void write(ByteBuf bytes) throws IOException {
    int length = bytes.readableBytes();
    ByteBuffer part = bytes.nioBuffer();
    int written = socket.send(part, part.position(), part.limit());
    bytes.skipBytes(written);
    if (written < length) {
      writable = false;
    }
  }

  /**
   * Whether the connection stands now.
   *
   * @throws IOException when it was refused
   */
  public boolean finishConnect() throws IOException {
    writable = socket.finishConnect();
    return writable;
  }

  public void shutdownOutput() throws IOException {
    socket.shutdown(false, true);
  }

  public void fail() {
    failed = true;
  }

  /** Closes with a FIN, after what was written. */
  @Override
  public void close() {
    if (open) {
      open = false;
      loop.close(this);
    }
  }

  /** Closes with a RST. */
  public void reset() {
    if (open) {
      try {
        socket.setSoLinger(0);
      } catch (IOException e) {
        // The socket is beyond options; closing it is all that is left.
      }
      close();
    }
  }

  void release() {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("closing a socket failed");
    }
    if (registration != null) {
      registration.cancel();
    }
    released.run();
  }
}
