package dev.skep.ingress.userspace;

import dev.skep.ingress.socket.EpollSocket;
import dev.skep.ingress.socket.IngressLoop;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches one loop's connections to a task that is to stop, until none is busy. No new ones come,
 * since the task is marked as leaving before this starts.
 */
final class Drain {
  /**
   * A connection is at rest when the task spoke last and nothing has moved for this long. Longer
   * than the pauses within one answer; short, since every stop of a task with an idle keep-alive
   * connection waits for it.
   */
  static final Duration REST = Duration.ofMillis(50);

  /**
   * A connection that has not said a word yet was made to bring a request: it is given this long to
   * do so. A client on a busy host was seen to take more than {@link #REST} between the two.
   */
  static final Duration FIRST_WORD = Duration.ofSeconds(2);

  /**
   * A connection that goes from one request to the next does not end by itself: only its task can
   * end it between two, and does so when it is told to stop. Until then such connections may hold
   * up the stop for this long, in which they often come to rest, and no longer.
   */
  static final Duration KEPT = Duration.ofSeconds(2);

  /** How often to look; a fifth of {@link #REST}. */
  private static final Duration LOOK = Duration.ofMillis(10);

  private static final class Watched {
    private final long turns;
    private long moves;
    private long sinceNanos;

    Watched(Connection connection, long sinceNanos) {
      this.turns = connection.turns();
      this.moves = connection.moves();
      this.sinceNanos = sinceNanos;
    }

    boolean isKept(Connection connection) {
      return connection.turns() > turns;
    }
  }

  private final IngressLoop loop;
  private final Promise<Integer> busy;
  private final long keptNanos;
  private final long endNanos;
  private final Map<Connection, Watched> connections = new HashMap<>();

  private Drain(IngressLoop loop, Promise<Integer> busy, long nowNanos, Duration grace) {
    this.loop = loop;
    this.busy = busy;
    this.keptNanos = nowNanos + KEPT.toNanos();
    this.endNanos = nowNanos + grace.toNanos();
  }

  /** Completes {@code busy} with the number of connections that were still busy at the end. */
  static void start(IngressLoop loop, String taskId, Duration grace, Promise<Integer> busy) {
    long now = System.nanoTime();
    Drain drain = new Drain(loop, busy, now, grace);
    for (Connection connection : connectionsTo(loop, taskId)) {
      drain.connections.put(connection, new Watched(connection, now));
    }
    drain.look();
  }

  static List<Connection> connectionsTo(IngressLoop loop, String taskId) {
    List<Connection> connections = new ArrayList<>();
    for (EpollSocket socket : loop.sockets()) {
      if (socket.owner() instanceof Connection connection && connection.taskId().equals(taskId)) {
        connections.add(connection);
      }
    }
    return connections;
  }

  private void look() {
    long now = System.nanoTime();
    connections.keySet().removeIf(Connection::isClosed);
    int working = 0;
    int kept = 0;
    for (Map.Entry<Connection, Watched> entry : connections.entrySet()) {
      if (!isAtRest(entry.getKey(), entry.getValue(), now)) {
        working++;
        kept += entry.getValue().isKept(entry.getKey()) ? 1 : 0;
      }
    }
    if (working == 0 || (working == kept && now - keptNanos >= 0) || now - endNanos >= 0) {
      busy.complete(working);
    } else {
      loop.after(LOOK, this::look);
    }
  }

  private static boolean isAtRest(Connection connection, Watched watched, long now) {
    if (connection.moves() != watched.moves) {
      watched.moves = connection.moves();
      watched.sinceNanos = now;
    }
    Duration quiet = connection.moves() == 0 ? FIRST_WORD : REST;
    return connection.looksAnswered() && now - watched.sinceNanos >= quiet.toNanos();
  }
}
