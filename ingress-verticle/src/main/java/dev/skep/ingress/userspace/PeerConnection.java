package dev.skep.ingress.userspace;

import dev.skep.ingress.socket.EpollSocket;
import dev.skep.ingress.socket.IngressLoop;
import dev.skep.ingress.socket.LineReader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Another node's ingress that asks for one of this node's tasks, until it is joined with it. */
final class PeerConnection implements EpollSocket.Owner, Connector.Caller {
  /** An ingress greets at once; anything else is not kept waiting for long. */
  static final Duration GREETING_TIMEOUT = Duration.ofSeconds(2);

  /** Finds this node's tasks for other nodes. */
  interface Directory {
    /** The task's destination; nothing when this node has no such task in its routing table. */
    @Nullable Destination find(RelayProtocol.Request wanted);

    boolean isLeaving(String taskId);
  }

  private final IngressLoop loop;
  private final Directory directory;
  private final EpollSocket peer;
  private final LineReader greeting;
  private final IngressLoop.Timer timeout;
  private @Nullable Destination destination;
  private @Nullable Connector connector;

  private PeerConnection(IngressLoop loop, Directory directory, Socket socket, Runnable left)
      throws IOException {
    this.loop = loop;
    this.directory = directory;
    this.peer = loop.adopt(socket, this, left);
    this.greeting = new LineReader(loop, peer, RelayProtocol.MAX_LINE);
    this.timeout = loop.after(GREETING_TIMEOUT, this::giveUp);
  }

  static void start(IngressLoop loop, Directory directory, Socket socket, Runnable left)
      throws IOException {
    var _ = new PeerConnection(loop, directory, socket, left); // it lives on by its socket's events
  }

  @Override
  public void ready(EpollSocket socket) {
    if (socket.isFailed()) {
      giveUp();
      return;
    }
    if (connector != null) {
      return; // what comes now stays in the socket
    }
    try {
      String line = greeting.read();
      if (line != null) {
        timeout.cancel();
        greeted(RelayProtocol.parse(line));
      }
    } catch (IOException e) {
      giveUp();
    }
  }

  private void greeted(RelayProtocol.@Nullable Request wanted) {
    if (wanted == null) {
      answer(RelayProtocol.refused("this is the mesh port of a Skep node, version 1"));
      return;
    }
    Destination found = directory.find(wanted);
    if (found == null) {
      answer(RelayProtocol.gone("no such task here"));
    } else if (directory.isLeaving(found.taskId())) {
      answer(RelayProtocol.gone("the task is leaving"));
    } else {
      destination = found;
      connector = new Connector(loop, found, this);
      connector.start();
    }
  }

  @Override
  public void connected(EpollSocket task, @Nullable ByteBuf first) {
    Destination reached = destination;
    if (reached == null || directory.isLeaving(reached.taskId())) {
      task.reset();
      answer(RelayProtocol.gone("the task is leaving"));
      return;
    }
    try {
      loop.send(peer, RelayProtocol.accepted());
    } catch (IOException e) {
      task.reset();
      giveUp();
      return;
    }
    new Connection(loop, reached.taskId(), peer, greeting.following(), task, first).start();
  }

  @Override
  public void unreachable(String reason, Connector.Failure failure) {
    // A task that does not answer may be busy and answer later. One that refuses will refuse again.
    answer(
        failure == Connector.Failure.REFUSED
            ? RelayProtocol.refused(reason)
            : RelayProtocol.gone(reason));
  }

  /** Says why there is no connection, and ends the talk. */
  private void answer(byte[] why) {
    try {
      loop.send(peer, why);
    } catch (IOException e) {
      // The other node has given up already.
    }
    drop();
    peer.close();
  }

  @Override
  public void broken(EpollSocket socket) {
    giveUp();
  }

  private void giveUp() {
    if (connector != null) {
      connector.cancel();
    }
    drop();
    peer.reset();
  }

  private void drop() {
    timeout.cancel();
    ByteBuf early = greeting.following();
    if (early != null) {
      loop.release(early);
    }
  }
}
