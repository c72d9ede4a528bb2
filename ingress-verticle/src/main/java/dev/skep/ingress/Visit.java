package dev.skep.ingress;

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
 * <p>Tables reach the nodes one after another. A client whose tasks are all leaving, by this node's
 * knowledge or by their own nodes', came by an old table: it waits for a newer one.
 */
final class Visit implements Wire.Owner, Dial.Caller {
  private static final Logger LOG = LoggerFactory.getLogger(Visit.class);

  /** How long a client waits for a newer table; a lost one is made good within this time. */
  private static final Duration PATIENCE = IngressVerticle.REFRESH.plusSeconds(1);

  /** How often it looks again meanwhile. */
  private static final Duration LOOK = Duration.ofMillis(10);

  private final Lane lane;
  private final PublishedPort port;
  private final Wire client;
  private final List<Target> tried = new ArrayList<>(1);
  private final long patientUntilNanos = System.nanoTime() + PATIENCE.toNanos();
  private @Nullable Target target;
  private @Nullable Dial dial;
  private boolean foundOneGone;
  private boolean over;

  private Visit(Lane lane, PublishedPort port, Socket socket) throws IOException {
    this.lane = lane;
    this.port = port;
    this.client = lane.adopt(socket, this);
  }

  static void start(Lane lane, PublishedPort port, Socket socket) throws IOException {
    Visit visit = new Visit(lane, port, socket);
    visit.client.act(visit::next);
  }

  private void next() {
    if (over) {
      return;
    }
    Target chosen = port.next(tried);
    if (chosen == null) {
      port.exhausted();
      if (mayComeLater()) {
        lane.after(LOOK, () -> client.act(this::next));
      } else {
        over = true;
        client.reset();
      }
      return;
    }
    tried.add(chosen);
    target = chosen;
    dial = new Dial(lane, chosen, this);
    dial.start();
  }

  /** Whether a newer table is likely to name a task that this client can have. */
  private boolean mayComeLater() {
    return (foundOneGone || port.someLeave())
        && port.leadsSomewhere()
        && System.nanoTime() - patientUntilNanos < 0;
  }

  @Override
  public void connected(Wire task, @Nullable ByteBuf first) {
    Target reached = target;
    if (reached == null) {
      throw new IllegalStateException("connected to nothing");
    }
    port.answered(reached);
    if (port.isLeaving(reached)) {
      // It was chosen before the drain began. Nothing was sent to it, so another may have the
      // client. What it has said already, if anything, the client must not see.
      if (first != null) {
        lane.release(first);
      }
      task.reset();
      foundOneGone = true;
      lane.execute(() -> client.act(this::next));
      return;
    }
    new Link(lane, reached.taskId(), client, null, task, first).start();
  }

  @Override
  public void unreachable(String reason, Dial.Failure failure) {
    switch (failure) {
      case SILENT -> {
        if (target != null) {
          port.heardNothing(target);
        }
      }
      case GONE -> foundOneGone = true;
      case REFUSED -> {}
    }
    LOG.atDebug()
        .addKeyValue("port", port.port())
        .addKeyValue("task", target == null ? "" : target.taskId())
        .addKeyValue("reason", reason)
        .log("a task could not be reached; trying the next one");
    client.act(this::next);
  }

  @Override
  public void ready(Wire wire) {
    if (wire.isFailed()) {
      broken(wire);
    }
  }

  @Override
  public void broken(Wire wire) {
    over = true;
    if (dial != null) {
      dial.cancel();
    }
    client.reset();
  }
}
