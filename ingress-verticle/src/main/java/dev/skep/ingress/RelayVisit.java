package dev.skep.ingress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Another node's ingress that asks for one of this node's tasks, until it is joined with it. */
final class RelayVisit implements Wire.Owner, Dial.Caller {
  /** An ingress greets at once; anything else is not kept waiting for long. */
  static final Duration GREETING_TIMEOUT = Duration.ofSeconds(2);

  /** Finds this node's tasks for other nodes. */
  interface Directory {
    /** The task's target; nothing when this node has no such task in its routing table. */
    @Nullable Target find(Greeting.Wanted wanted);

    boolean isLeaving(String taskId);
  }

  private final Lane lane;
  private final Directory directory;
  private final Wire peer;
  private final LineReader greeting;
  private final Lane.Timer timeout;
  private @Nullable Target target;
  private @Nullable Dial dial;

  private RelayVisit(Lane lane, Directory directory, Socket socket, Runnable left)
      throws IOException {
    this.lane = lane;
    this.directory = directory;
    this.peer = lane.adopt(socket, this, left);
    this.greeting = new LineReader(lane, peer);
    this.timeout = lane.after(GREETING_TIMEOUT, this::giveUp);
  }

  static void start(Lane lane, Directory directory, Socket socket, Runnable left)
      throws IOException {
    var _ = new RelayVisit(lane, directory, socket, left); // it lives on by its socket's events
  }

  @Override
  public void ready(Wire wire) {
    if (wire.isFailed()) {
      giveUp();
      return;
    }
    if (dial != null) {
      return; // what comes now stays in the socket
    }
    try {
      String line = greeting.read();
      if (line != null) {
        timeout.cancel();
        greeted(Greeting.parse(line));
      }
    } catch (IOException e) {
      giveUp();
    }
  }

  private void greeted(Greeting.@Nullable Wanted wanted) {
    if (wanted == null) {
      answer(Greeting.refused("this is the mesh port of a Skep node, version 1"));
      return;
    }
    Target found = directory.find(wanted);
    if (found == null) {
      answer(Greeting.gone("no such task here"));
    } else if (directory.isLeaving(found.taskId())) {
      answer(Greeting.gone("the task is leaving"));
    } else {
      target = found;
      dial = new Dial(lane, found, this);
      dial.start();
    }
  }

  @Override
  public void connected(Wire task, @Nullable ByteBuf first) {
    Target reached = target;
    if (reached == null || directory.isLeaving(reached.taskId())) {
      task.reset();
      answer(Greeting.gone("the task is leaving"));
      return;
    }
    try {
      lane.send(peer, Greeting.accepted());
    } catch (IOException e) {
      task.reset();
      giveUp();
      return;
    }
    new Link(lane, reached.taskId(), peer, greeting.following(), task, first).start();
  }

  @Override
  public void unreachable(String reason, Dial.Failure failure) {
    // A task that is silent may be busy, and answer later; one that refuses will go on to.
    answer(failure == Dial.Failure.REFUSED ? Greeting.refused(reason) : Greeting.gone(reason));
  }

  /** Says why there is no connection, and ends the talk. */
  private void answer(byte[] why) {
    try {
      lane.send(peer, why);
    } catch (IOException e) {
      // The other node has given up already.
    }
    drop();
    peer.close();
  }

  @Override
  public void broken(Wire wire) {
    giveUp();
  }

  private void giveUp() {
    if (dial != null) {
      dial.cancel();
    }
    drop();
    peer.reset();
  }

  private void drop() {
    timeout.cancel();
    ByteBuf early = greeting.following();
    if (early != null) {
      lane.release(early);
    }
  }
}
