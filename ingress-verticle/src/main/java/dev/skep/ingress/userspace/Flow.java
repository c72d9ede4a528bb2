package dev.skep.ingress.userspace;

import dev.skep.ingress.socket.EpollSocket;
import dev.skep.ingress.socket.IngressLoop;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection. It reads only what it can hand on: when the reader is slow, the
 * part that it did not take waits here, and nothing more is read until that has gone.
 */
final class Flow {
  /** Reads in one go; after them other connections of the loop have their turn. */
  private static final int READS = 8;

  private final IngressLoop loop;
  private final Connection connection;
  private final EpollSocket from;
  private final EpollSocket to;
  private final boolean towardsClient;
  private @Nullable ByteBuf rest;
  private boolean ended;
  private boolean done;

  Flow(
      IngressLoop loop,
      Connection connection,
      EpollSocket from,
      EpollSocket to,
      boolean towardsClient,
      @Nullable ByteBuf first) {
    this.loop = loop;
    this.connection = connection;
    this.from = from;
    this.to = to;
    this.towardsClient = towardsClient;
    this.rest = first;
  }

  /** Moves what can be moved now. */
  void pump() throws IOException {
    for (int read = 0; read < READS; read++) {
      if (done || !writeRest()) {
        return;
      }
      if (ended) {
        finish();
        return;
      }
      if (!from.isReadable() || !to.isWritable()) {
        return;
      }
      move();
    }
    connection.again();
  }

  private void finish() throws IOException {
    done = true;
    try {
      connection.ended(this);
    } catch (IOException e) {
      to.fail();
      throw e;
    }
  }

  private void move() throws IOException {
    int length = from.read(loop.readBytes());
    if (length < 0) {
      ended = true;
      return;
    }
    if (length == 0) {
      return;
    }
    connection.moved(towardsClient);
    int written;
    try {
      written = to.write(0, length);
    } catch (IOException e) {
      to.fail();
      throw e;
    }
    if (written < length) {
      rest = loop.keep(written, length);
    }
  }

  private boolean writeRest() throws IOException {
    ByteBuf waiting = rest;
    if (waiting == null) {
      return true;
    }
    if (!to.isWritable()) {
      return false;
    }
    try {
      to.write(waiting);
    } catch (IOException e) {
      to.fail();
      throw e;
    }
    if (waiting.isReadable()) {
      return false;
    }
    rest = null;
    loop.release(waiting);
    return true;
  }

  EpollSocket to() {
    return to;
  }

  /** All that will ever come was handed on. */
  boolean isDone() {
    return done;
  }

  /** Bytes wait here for a slow reader. */
  boolean isHoldingBytes() {
    return rest != null;
  }

  void drop() {
    done = true;
    if (rest != null) {
      loop.release(rest);
      rest = null;
    }
  }
}
