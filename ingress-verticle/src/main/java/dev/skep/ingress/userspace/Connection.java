package dev.skep.ingress.userspace;

import dev.skep.ingress.socket.EpollSocket;
import dev.skep.ingress.socket.IngressLoop;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection and a task's, joined. The client may be another node's ingress; the task
 * may stand behind one.
 */
final class Connection implements EpollSocket.Owner {
  private final IngressLoop loop;
  private final String taskId;
  private final EpollSocket client;
  private final EpollSocket task;
  private final Flow up;
  private final Flow down;
  private boolean closed;
  private boolean queued;
  private long moves;
  private long turns;
  private boolean lastTowardsClient;

  /**
   * @param fromClient bytes that the client sent already
   * @param fromTask bytes that the task sent already
   */
  Connection(
      IngressLoop loop,
      String taskId,
      EpollSocket client,
      @Nullable ByteBuf fromClient,
      EpollSocket task,
      @Nullable ByteBuf fromTask) {
    this.loop = loop;
    this.taskId = taskId;
    this.client = client;
    this.task = task;
    this.up = new Flow(loop, this, client, task, false, fromClient);
    this.down = new Flow(loop, this, task, client, true, fromTask);
  }

  void start() {
    client.owner(this);
    task.owner(this);
    client.act();
  }

  @Override
  public void ready(EpollSocket socket) {
    pump(up);
    pump(down);
    if (closed) {
      return;
    }
    // What the task has sent before it failed still belongs to the client.
    if (client.isFailed() || (task.isFailed() && !down.isHoldingBytes() && !queued)) {
      reset();
    }
  }

  @Override
  public void broken(EpollSocket socket) {
    reset();
  }

  private void pump(Flow flow) {
    if (closed) {
      return;
    }
    try {
      flow.pump();
    } catch (IOException e) {
      if (flow == up && task.isFailed()) {
        flow.drop();
      } else {
        reset();
      }
    }
  }

  /** {@code flow} has handed on all that will come: its reader learns so, or both are through. */
  void ended(Flow flow) throws IOException {
    if (!up.isDone() || !down.isDone()) {
      flow.to().shutdownOutput();
    } else if (task.isFailed()) {
      reset();
    } else {
      close();
    }
  }

  /** There is more to move; others go first. */
  void again() {
    if (!queued) {
      queued = true;
      loop.execute(this::resume);
    }
  }

  private void resume() {
    queued = false;
    client.act();
  }

  void moved(boolean towardsClient) {
    moves++;
    if (lastTowardsClient && !towardsClient) {
      turns++;
    }
    lastTowardsClient = towardsClient;
  }

  String taskId() {
    return taskId;
  }

  boolean isClosed() {
    return closed;
  }

  /** Grows with each read. */
  long moves() {
    return moves;
  }

  /** How often the client spoke again after the task had spoken: a kept connection's requests. */
  long turns() {
    return turns;
  }

  /**
   * No request is on its way as far as can be seen from outside: nothing was ever sent, or the task
   * spoke last and all of it was handed on.
   */
  boolean looksAnswered() {
    return moves == 0 || (lastTowardsClient && !down.isHoldingBytes() && !up.isHoldingBytes());
  }

  /** Nobody waits for it any longer: a cut answer must look like one, an idle end like an end. */
  void cut() {
    if (looksAnswered()) {
      close();
    } else {
      reset();
    }
  }

  void close() {
    if (!closed) {
      forget();
      client.close();
      task.close();
    }
  }

  void reset() {
    if (!closed) {
      forget();
      client.reset();
      task.reset();
    }
  }

  private void forget() {
    closed = true;
    up.drop();
    down.drop();
  }
}
