package dev.skep.gateway.event;

import dev.skep.gateway.api.cluster.StoreStreams;
import dev.skep.store.Store;
import dev.skep.store.StoreListener;
import dev.skep.store.bus.message.EventMessages.Bookmark;
import dev.skep.store.bus.message.StateEvents;
import dev.skep.store.model.Kind;
import dev.skep.store.model.json.Json;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One reader's stream of committed changes, as lines of JSON. Everything runs on the context of its
 * request.
 *
 * <p>Nothing is queued for a slow reader: while it does not take what was written, its watch is
 * closed, and it is opened again from the last index that was sent. Whoever is slower than the
 * store forgets is told so, and the stream ends. So is everyone when the store itself skips
 * commits.
 */
final class ChangeFeed {
  /** How often a quiet stream says how far it is, so that a reader can tell silence from death. */
  private static final long BOOKMARK_MILLIS = 10_000;

  /** What may wait unread in this process. */
  private static final int MAX_UNREAD_BYTES = 256 * 1024;

  private final Vertx vertx;
  private final Context context;
  private final Store store;
  private final Set<Kind> kinds;
  private final boolean follow;
  private final HttpServerResponse response;
  private final StoreStreams streams;
  private final Runnable leaving;
  private Store.@Nullable Watch watch;

  /** Counts the watches; what an earlier one handed on late is not taken. */
  private int round;

  private long sent;
  private long timer;
  private boolean over;

  /**
   * @param since the index after which changes are wanted
   * @param kinds of objects
   * @param follow whether changes to come are wanted too
   * @param streams ends this one when the host leaves the swarm
   */
  ChangeFeed(
      Vertx vertx,
      Store store,
      long since,
      Set<Kind> kinds,
      boolean follow,
      HttpServerResponse response,
      StoreStreams streams) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.store = store;
    this.sent = since;
    this.kinds = kinds;
    this.follow = follow;
    this.response = response;
    this.streams = streams;
    this.leaving = () -> context.runOnContext(v -> end());
  }

  /**
   * Throws {@link StoreException} when what was asked for is no longer kept; nothing is sent then.
   */
  void start() {
    response.setWriteQueueMaxSize(MAX_UNREAD_BYTES);
    response.closeHandler(closed -> stop());
    response.exceptionHandler(failed -> stop());
    open();
    streams.add(store, leaving);
    response.writeHead();
    if (response.closed()) {
      stop();
    } else if (follow) {
      timer = vertx.setPeriodic(BOOKMARK_MILLIS, fired -> bookmark());
    }
  }

  private void open() {
    int current = ++round;
    watch = store.follow(sent, new Changes(current));
    if (!follow) {
      // What is kept was handed on while the watch was opened, so this comes behind it.
      context.runOnContext(v -> finish(current));
    }
  }

  /** Hands what the store tells to the context of the request. */
  private final class Changes implements StoreListener {
    private final int from;

    Changes(int from) {
      this.from = from;
    }

    @Override
    public void commit(Commit commit) {
      context.runOnContext(v -> take(from, commit));
    }

    @Override
    public void reset(ClusterState state) {
      context.runOnContext(v -> skipped(from, state.index()));
    }
  }

  /** The changes up to the index are not coming: the reader is told, as one who asks too late. */
  private void skipped(int from, long index) {
    if (!over && from == round && index > sent) {
      tooSlow(new StoreException(new Refusal.Compacted(sent, index)));
    }
  }

  private void take(int from, Commit commit) {
    if (over || from != round || commit.index() <= sent) {
      return;
    }
    StringBuilder lines = new StringBuilder();
    for (Change change : commit.changes()) {
      if (kinds.contains(change.object().kind())) {
        lines.append(Json.stored(StateEvents.of(commit, change))).append('\n');
      }
    }
    sent = commit.index();
    if (!lines.isEmpty()) {
      response.write(lines.append(Json.stored(new Bookmark(sent))).append('\n').toString());
    }
    if (response.writeQueueFull()) {
      rest();
    }
  }

  /** What the closed watch still had on the way is not taken: it is asked for again. */
  private void rest() {
    closeWatch();
    round++;
    response.drainHandler(drained -> goOn());
  }

  private void goOn() {
    if (over || watch != null) {
      return;
    }
    try {
      open();
    } catch (StoreException e) {
      tooSlow(e);
    }
  }

  private void finish(int from) {
    if (!over && from == round) {
      response.write(Json.stored(new Bookmark(sent)) + "\n");
      end();
    }
  }

  private void tooSlow(StoreException lost) {
    JsonObject last = new JsonObject().put("Error", lost.getMessage());
    if (lost.refusal() instanceof Refusal.Compacted compacted) {
      last.put("Oldest", compacted.oldest());
    }
    response.write(last.encode() + "\n");
    end();
  }

  private void bookmark() {
    if (!over && watch != null) {
      response.write(Json.stored(new Bookmark(sent)) + "\n");
    }
  }

  /** Ends the stream: the reader has everything, or this host no longer follows the swarm. */
  private void end() {
    if (!over) {
      stop();
      response.end();
    }
  }

  private void stop() {
    if (over) {
      return;
    }
    over = true;
    vertx.cancelTimer(timer);
    closeWatch();
    streams.remove(leaving);
  }

  private void closeWatch() {
    if (watch != null) {
      watch.close();
      watch = null;
    }
  }
}
