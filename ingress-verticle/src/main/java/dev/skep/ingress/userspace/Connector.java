package dev.skep.ingress.userspace;

import dev.skep.ingress.socket.EpollSocket;
import dev.skep.ingress.socket.IngressLoop;
import dev.skep.ingress.socket.LineReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.Inet6Address;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One attempt to reach a destination. */
final class Connector implements EpollSocket.Owner {
  /** A host that is there answers within milliseconds; a lost packet is sent again after 1 s. */
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  /** The other node may itself need the connect timeout to learn that the task does not answer. */
  static final Duration ANSWER_TIMEOUT = CONNECT_TIMEOUT.plusMillis(500);

  /** Why there is no connection. */
  enum Failure {
    /** The other side said so. */
    REFUSED,
    /** There was no answer at all. */
    SILENT,
    /**
     * The task's own node does not lead to it now: the table that named it is old, or the node's
     * is, or the task does not answer.
     */
    GONE,
    /** This node has no socket left for it. */
    NO_SOCKET
  }

  /** Whoever wants the connection. */
  interface Caller {
    /**
     * The connection stands.
     *
     * @param first bytes that the task sent already
     */
    void connected(EpollSocket socket, @Nullable ByteBuf first);

    /**
     * Nothing was sent to the task, so another may be tried. Comes at most once, and never during
     * {@link #start}.
     */
    void unreachable(String reason, Failure failure);
  }

  private final IngressLoop loop;
  private final Destination destination;
  private final Caller caller;
  private @Nullable EpollSocket socket;
  private @Nullable LineReader answer;
  private IngressLoop.@Nullable Timer timeout;
  private boolean over;

  Connector(IngressLoop loop, Destination destination, Caller caller) {
    this.loop = loop;
    this.destination = destination;
    this.caller = caller;
  }

  void start() {
    EpollSocket adopted;
    Socket raw;
    try {
      raw = LinuxSocket.newSocketStream(destination.address().getAddress() instanceof Inet6Address);
      adopted = loop.adopt(raw, this);
    } catch (IOException | ChannelException e) {
      loop.execute(() -> fail(String.valueOf(e.getMessage()), Failure.NO_SOCKET));
      return;
    }
    socket = adopted;
    try {
      raw.setTcpNoDelay(true);
      raw.setKeepAlive(true);
      if (raw.connect(destination.address())) {
        connected(adopted);
      } else {
        timeout =
            loop.after(
                CONNECT_TIMEOUT, () -> fail("no answer within " + CONNECT_TIMEOUT, Failure.SILENT));
      }
    } catch (IOException e) {
      loop.execute(() -> fail(String.valueOf(e.getMessage()), Failure.REFUSED));
    }
  }

  @Override
  public void ready(EpollSocket changed) {
    if (over) {
      return;
    }
    try {
      if (answer != null) {
        readAnswer(changed, answer);
      } else if ((changed.isWritable() || changed.isFailed()) && changed.finishConnect()) {
        connected(changed);
      }
    } catch (IOException e) {
      fail(String.valueOf(e.getMessage()), Failure.REFUSED);
    }
  }

  @Override
  public void broken(EpollSocket changed) {
    fail("a bug", Failure.REFUSED);
  }

  private void connected(EpollSocket connected) throws IOException {
    if (!destination.relayed()) {
      succeed(connected, null);
      return;
    }
    byte[] question = RelayProtocol.ask(destination);
    if (loop.send(connected, question) < question.length) {
      throw new IOException("the other node takes no bytes");
    }
    stopTimeout();
    timeout =
        loop.after(
            ANSWER_TIMEOUT, () -> fail("no answer within " + ANSWER_TIMEOUT, Failure.SILENT));
    LineReader reader = new LineReader(loop, connected, RelayProtocol.MAX_LINE);
    answer = reader;
    // What came together with the connection has had its event already.
    readAnswer(connected, reader);
  }

  private void readAnswer(EpollSocket connected, LineReader reader) throws IOException {
    String line = reader.read();
    if (line == null) {
      return;
    }
    if (RelayProtocol.isAccepted(line)) {
      succeed(connected, reader.following());
    } else {
      ByteBuf more = reader.following();
      if (more != null) {
        loop.release(more);
      }
      fail(
          "the task's node says " + line,
          RelayProtocol.isGone(line) ? Failure.GONE : Failure.REFUSED);
    }
  }

  private void succeed(EpollSocket connected, @Nullable ByteBuf first) {
    over = true;
    stopTimeout();
    caller.connected(connected, first);
  }

  private void fail(String reason, Failure failure) {
    if (!over) {
      cancel();
      caller.unreachable(reason, failure);
    }
  }

  /** The caller wants it no more and hears nothing more. */
  void cancel() {
    over = true;
    stopTimeout();
    if (socket != null) {
      socket.reset();
    }
  }

  private void stopTimeout() {
    if (timeout != null) {
      timeout.cancel();
      timeout = null;
    }
  }
}
