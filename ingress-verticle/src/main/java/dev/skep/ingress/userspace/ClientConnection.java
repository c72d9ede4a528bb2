package dev.skep.ingress.userspace;

import dev.skep.ingress.IngressVerticle;
import dev.skep.ingress.socket.EpollSocket;
import dev.skep.ingress.socket.IngressLoop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that came to a published port, until it is joined with a task. What it sends meanwhile
 * stays in its socket.
 *
 * <p>Tables reach the nodes one after another, and a busy node may be slow to answer. So a client
 * is not turned away when its tasks are leaving, when their nodes do not know them (yet, or any
 * more), when nobody answers, or when this node has no socket left: nothing was sent, so it tries
 * all of them again, at once when a newer table comes. It is turned away when every task refuses
 * it, or when its patience ends.
 */
final class ClientConnection implements EpollSocket.Owner, Connector.Caller, PublishedPort.Waiter {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

  /**
   * How long a client waits for a task. A lost table is made good within half of it; and clients
   * themselves seldom wait much longer.
   */
  static final Duration PATIENCE = IngressVerticle.REFRESH.multipliedBy(2);

  /** The first pause before all tasks are tried again; each is twice the last. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  private static final Duration LAST_PAUSE = Duration.ofMillis(800);

  private final IngressLoop loop;
  private final PublishedPort port;
  private final EpollSocket client;
  private final List<Destination> tried = new ArrayList<>(1);
  private final long patientUntilNanos = System.nanoTime() + PATIENCE.toNanos();
  private Duration pause = FIRST_PAUSE;
  private IngressLoop.@Nullable Timer pausing;
  private @Nullable Destination destination;
  private @Nullable Connector connector;
  private @Nullable String doubt;
  private boolean over;

  private ClientConnection(IngressLoop loop, PublishedPort port, Socket socket, Runnable left)
      throws IOException {
    this.loop = loop;
    this.port = port;
    this.client = loop.adopt(socket, this, left);
  }

  static void start(IngressLoop loop, PublishedPort port, Socket socket, Runnable left)
      throws IOException {
    ClientConnection connection = new ClientConnection(loop, port, socket, left);
    connection.client.act(connection::next);
  }

  private void next() {
    if (over) {
      return;
    }
    Destination chosen = port.next(tried);
    if (chosen == null) {
      port.exhausted();
      if (mayComeLater()) {
        pause();
      } else {
        turnAway();
      }
      return;
    }
    tried.add(chosen);
    destination = chosen;
    connector = new Connector(loop, chosen, this);
    connector.start();
  }

  /** Whether another round, or a newer table, may lead this client to a task. */
  private boolean mayComeLater() {
    return (doubt != null || port.someLeave())
        && port.leadsSomewhere()
        && System.nanoTime() - patientUntilNanos < 0;
  }

  private void pause() {
    tried.clear();
    doubt = null;
    pausing = loop.after(pause, this::resume);
    port.await(this);
    Duration twice = pause.multipliedBy(2);
    pause = twice.compareTo(LAST_PAUSE) < 0 ? twice : LAST_PAUSE;
  }

  @Override
  public void tableChanged() {
    loop.execute(this::resume);
  }

  private void resume() {
    if (endPause()) {
      client.act(this::next);
    }
  }

  /** Whether there was one. */
  private boolean endPause() {
    IngressLoop.Timer timer = pausing;
    if (timer == null) {
      return false;
    }
    pausing = null;
    timer.cancel();
    port.forget(this);
    return true;
  }

  private void turnAway() {
    over = true;
    LOG.atDebug()
        .addKeyValue("port", port.port())
        .addKeyValue("tried", tried.size())
        .addKeyValue("doubt", doubt)
        .log("no task could be reached; the client is turned away");
    client.reset();
  }

  @Override
  public void connected(EpollSocket task, @Nullable ByteBuf first) {
    Destination reached = destination;
    if (reached == null) {
      throw new IllegalStateException("connected to nothing");
    }
    port.answered(reached);
    if (port.isLeaving(reached)) {
      // It was chosen before the drain began. Nothing was sent to it, so another may have the
      // client. What it has said already, if anything, the client must not see.
      if (first != null) {
        loop.release(first);
      }
      task.reset();
      doubt = "it is leaving";
      loop.execute(() -> client.act(this::next));
      return;
    }
    new Connection(loop, reached.taskId(), client, null, task, first).start();
  }

  @Override
  public void unreachable(String reason, Connector.Failure failure) {
    switch (failure) {
      case SILENT -> {
        doubt = reason;
        if (destination != null) {
          port.timedOut(destination);
        }
      }
      case GONE, NO_SOCKET -> doubt = reason;
      case REFUSED -> {}
    }
    LOG.atDebug()
        .addKeyValue("port", port.port())
        .addKeyValue("task", destination == null ? "" : destination.taskId())
        .addKeyValue("reason", reason)
        .log("a task could not be reached; trying the next one");
    client.act(this::next);
  }

  @Override
  public void ready(EpollSocket socket) {
    if (socket.isFailed()) {
      broken(socket);
    }
  }

  @Override
  public void broken(EpollSocket socket) {
    over = true;
    endPause();
    if (connector != null) {
      connector.cancel();
    }
    client.reset();
  }
}
