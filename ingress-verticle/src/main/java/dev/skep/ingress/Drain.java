package dev.skep.ingress;

import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches one lane's links to a task that is to stop, until none is busy. No new ones come, since
 * the task is marked as leaving before this starts.
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

    Watched(Link link, long sinceNanos) {
      this.turns = link.turns();
      this.moves = link.moves();
      this.sinceNanos = sinceNanos;
    }

    boolean isKept(Link link) {
      return link.turns() > turns;
    }
  }

  private final Lane lane;
  private final Promise<Integer> busy;
  private final long keptNanos;
  private final long endNanos;
  private final Map<Link, Watched> links = new HashMap<>();

  private Drain(Lane lane, Promise<Integer> busy, long nowNanos, Duration grace) {
    this.lane = lane;
    this.busy = busy;
    this.keptNanos = nowNanos + KEPT.toNanos();
    this.endNanos = nowNanos + grace.toNanos();
  }

  /** Completes {@code busy} with the number of links that were still busy at the end. */
  static void start(Lane lane, String taskId, Duration grace, Promise<Integer> busy) {
    long now = System.nanoTime();
    Drain drain = new Drain(lane, busy, now, grace);
    for (Link link : linksTo(lane, taskId)) {
      drain.links.put(link, new Watched(link, now));
    }
    drain.look();
  }

  static List<Link> linksTo(Lane lane, String taskId) {
    List<Link> links = new ArrayList<>();
    for (Wire wire : lane.wires()) {
      if (wire.owner() instanceof Link link && link.taskId().equals(taskId)) {
        links.add(link);
      }
    }
    return links;
  }

  private void look() {
    long now = System.nanoTime();
    links.keySet().removeIf(Link::isClosed);
    int working = 0;
    int kept = 0;
    for (Map.Entry<Link, Watched> entry : links.entrySet()) {
      if (!isAtRest(entry.getKey(), entry.getValue(), now)) {
        working++;
        kept += entry.getValue().isKept(entry.getKey()) ? 1 : 0;
      }
    }
    if (working == 0 || (working == kept && now - keptNanos >= 0) || now - endNanos >= 0) {
      busy.complete(working);
    } else {
      lane.after(LOOK, this::look);
    }
  }

  private static boolean isAtRest(Link link, Watched watched, long now) {
    if (link.moves() != watched.moves) {
      watched.moves = link.moves();
      watched.sinceNanos = now;
    }
    Duration quiet = link.moves() == 0 ? FIRST_WORD : REST;
    return link.looksAnswered() && now - watched.sinceNanos >= quiet.toNanos();
  }
}
