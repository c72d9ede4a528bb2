package dev.skep.node.agent;

import dev.skep.node.concurrent.Fibers;
import dev.skep.node.concurrent.Signal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the assignments to disk in the background: only the newest, and at most once a second.
 * After a crash in between, the containers of the newest tasks are known by name once the leader
 * has sent them again. Used on one context only.
 */
public final class AssignmentSaver {
  private static final Logger LOG = LoggerFactory.getLogger(AssignmentSaver.class);

  /** Between two writes: each is of the whole, and a node's start brings many. */
  private static final Duration PACE = Duration.ofSeconds(1);

  private final String nodeId;
  private final AssignmentFile file;
  private final Fibers fibers;
  private final Signal closing = new Signal();
  private @Nullable Assignments unsaved;
  private @Nullable Promise<Void> saving;
  private boolean closed;

  public AssignmentSaver(String nodeId, AssignmentFile file, Fibers fibers) {
    this.nodeId = nodeId;
    this.file = file;
    this.fibers = fibers;
  }

  public void save(Assignments now) {
    if (closed) {
      return;
    }
    unsaved = now;
    if (saving == null) {
      Promise<Void> running = Promise.promise();
      saving = running;
      fibers.run(() -> saveAll(running));
    }
  }

  private void saveAll(Promise<Void> running) {
    try {
      for (Assignments next = unsaved; next != null; next = unsaved) {
        unsaved = null;
        Assignments taken = next;
        fibers.blocking(() -> file.save(taken)).await();
        if (!closed) {
          fibers.await(closing, PACE);
        }
      }
    } catch (UncheckedIOException e) {
      LOG.atError().addKeyValue("node", nodeId).setCause(e).log("cannot save the assignments");
    } finally {
      saving = null;
      running.complete();
    }
  }

  /** Writes what is left and takes no more. Completes when nothing is being written. */
  public Future<Void> close() {
    closed = true;
    closing.fire();
    Promise<Void> running = saving;
    return running == null ? Future.succeededFuture() : running.future();
  }
}
