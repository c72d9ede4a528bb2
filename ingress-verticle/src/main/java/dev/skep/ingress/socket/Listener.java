package dev.skep.ingress.socket;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening socket. It takes connections on one loop and spreads them over all. */
public final class Listener implements EpollIoHandle {
  /** Takes what comes. */
  public interface Visitors {
    /**
     * A connection came; {@code loop} is to have it, and its thread calls.
     *
     * @param left to be run once, when the socket is closed; not when this throws
     */
    void take(IngressLoop loop, Socket socket, Runnable left) throws IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

  /** Connections that wait to be taken; the kernel caps it by net.core.somaxconn. */
  private static final int BACKLOG = 4096;

  /** Connections taken in one go; then others of the loop have their turn. */
  private static final int ACCEPTS = 64;

  /** How long to take none when the process has no file descriptor left. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** How soon to see whether there is room again. */
  private static final Duration FULL = Duration.ofMillis(10);

  private static final int SOCKADDR_BYTES = 26; // what Netty's accept writes at most
  private static final EpollIoOps NOTHING = EpollIoOps.valueOf(0);

  private final Socket socket;
  private final IngressLoop loop;
  private final Supplier<IngressLoop> loops;
  private final Visitors visitors;
  private final ConnectionLimit.Permits permits;
  private final byte[] peer = new byte[SOCKADDR_BYTES];
  private @Nullable IoRegistration registration;

  private Listener(
      Socket socket,
      IngressLoop loop,
      Supplier<IngressLoop> loops,
      Visitors visitors,
      ConnectionLimit.Permits permits) {
    this.socket = socket;
    this.loop = loop;
    this.loops = loops;
    this.visitors = visitors;
    this.permits = permits;
  }

  /**
   * Listens on {@code address}.
   *
   * @param loops where the next connection goes
   * @param visitors takes it there, on that loop's thread
   * @param permits connections are taken only while there are some
   * @throws IOException when the address cannot be bound
   */
  public static Listener open(
      InetSocketAddress address,
      IngressLoop loop,
      Supplier<IngressLoop> loops,
      Visitors visitors,
      ConnectionLimit.Permits permits)
      throws IOException {
    Socket socket = bind(address);
    try {
      // Accepted sockets inherit both.
      socket.setTcpNoDelay(true);
      socket.setKeepAlive(true);
      socket.listen(BACKLOG);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    Listener listener = new Listener(socket, loop, loops, visitors, permits);
    loop.execute(listener::register);
    return listener;
  }

  /** Throws what binding {@code address} meets now; leaves nothing bound, and never listens. */
  public static void probe(InetSocketAddress address) throws IOException {
    bind(address).close();
  }

  private static Socket bind(InetSocketAddress address) throws IOException {
    Socket socket = LinuxSocket.newSocketStream(address.getAddress() instanceof Inet6Address);
    try {
      socket.setReuseAddress(true); // connections of an earlier run may be in TIME_WAIT
      socket.bind(address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void register() {
    if (socket.isOpen()) {
      registration = loop.events().register(this).getNow();
      registration.submit(EpollIoOps.EPOLLIN);
    }
  }

  public int port() {
    return socket.localAddress().getPort();
  }

  public IngressLoop loop() {
    return loop;
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }

  @Override
  public void handle(IoRegistration source, IoEvent event) {
    try {
      for (int i = 0; i < ACCEPTS && socket.isOpen(); i++) {
        if (!permits.available()) {
          pause(source, FULL);
          return;
        }
        int accepted = socket.accept(peer);
        if (accepted < 0) {
          return;
        }
        hand(LinuxSocket.newSocket(accepted));
      }
    } catch (IOException e) {
      if (socket.isOpen()) {
        LOG.atWarn()
            .addKeyValue("port", port())
            .addKeyValue("reason", e.getMessage())
            .log("cannot take connections for a moment");
        pause(source, PAUSE);
      }
    }
  }

  private void pause(IoRegistration source, Duration pause) {
    source.submit(NOTHING);
    loop.after(pause, () -> resume(source));
  }

  private void resume(IoRegistration source) {
    if (source.isValid()) {
      source.submit(EpollIoOps.EPOLLIN);
    }
  }

  private void hand(Socket accepted) {
    permits.acquire();
    IngressLoop next = loops.get();
    if (next == loop) {
      visit(next, accepted);
    } else {
      next.execute(() -> visit(next, accepted));
    }
  }

  private void visit(IngressLoop next, Socket accepted) {
    try {
      visitors.take(next, accepted, permits::release);
    } catch (IOException e) {
      permits.release();
      LOG.atWarn()
          .addKeyValue("port", port())
          .addKeyValue("reason", e.getMessage())
          .log("cannot take a connection");
    }
  }

  /** Stops listening, on the loop's thread. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("closing a listener failed");
    }
    if (registration != null) {
      registration.cancel();
    }
  }
}
