package dev.skep.node;

import dev.skep.engine.Engine;
import dev.skep.engine.EngineException;
import dev.skep.engine.EngineUnavailableException;
import dev.skep.engine.LogFrame;
import dev.skep.engine.LogQuery;
import dev.skep.engine.LogStream;
import dev.skep.node.fiber.Fibers;
import dev.skep.store.bus.LogMessages.LogLine;
import dev.skep.store.bus.LogMessages.LogLines;
import dev.skep.store.bus.LogMessages.OpenLogs;
import dev.skep.store.model.ContainerSpec;
import dev.skep.store.model.Json;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last lines of the tasks that ended here, in a file each, for as long as the node knows the
 * task: whoever removes a dead container, as {@code docker container prune} does, does not remove
 * what it died of. Used on the agent's context only.
 */
final class LastLines {
  private static final Logger LOG = LoggerFactory.getLogger(LastLines.class);

  /** Enough to see why a process ended. */
  private static final int MAX_LINES = 1_000;

  private static final int MAX_BYTES = 256 * 1024;

  private final Path directory;
  private final Engine engine;
  private final Fibers fibers;
  private final Deque<Kept> waiting = new ArrayDeque<>();
  private boolean working;

  /**
   * @param directory is made when it is needed
   */
  LastLines(Path directory, Engine engine, Fibers fibers) {
    this.directory = directory;
    this.engine = engine;
    this.fibers = fibers;
  }

  /** The task's container has ended; its lines are fetched one task after another. */
  void ended(Kept kept) {
    if (!(kept.observed instanceof Observed.Dead) || kept.desired().removal()) {
      return;
    }
    waiting.addLast(kept);
    if (!working) {
      working = true;
      fibers.run(this::work);
    }
  }

  private void work() {
    try {
      for (Kept next = waiting.pollFirst(); next != null; next = waiting.pollFirst()) {
        if (!next.desired().removal()) {
          keep(next);
        }
      }
    } finally {
      working = false;
    }
  }

  private void keep(Kept kept) {
    try {
      LogLines last = new LogLines(0, read(kept), true);
      fibers.blocking(() -> write(kept.id, last)).await();
    } catch (EngineException | EngineUnavailableException | UncheckedIOException e) {
      LOG.atDebug()
          .addKeyValue("task", kept.id)
          .addKeyValue("cause", e.getMessage())
          .log("last lines not kept");
    }
  }

  private List<LogLine> read(Kept kept) {
    ContainerSpec spec = kept.spec();
    LogQuery query =
        new LogQuery(true, true, false, true, true, "", "", Integer.toString(MAX_LINES));
    LogStream stream =
        engine
            .logs(kept.containerId(), query, spec != null && Boolean.TRUE.equals(spec.tty()))
            .await();
    Deque<LogLine> lines = new ArrayDeque<>();
    Promise<Void> ended = Promise.promise();
    int[] bytes = {0};
    stream.read(
        frames -> {
          for (LogFrame frame : frames) {
            LogLine line = LogLineParser.parse(frame);
            lines.addLast(line);
            bytes[0] += line.data().length;
            while (bytes[0] > MAX_BYTES) {
              bytes[0] -= lines.removeFirst().data().length;
            }
          }
        },
        cause -> {
          if (cause == null) {
            ended.complete();
          } else {
            ended.fail(new EngineUnavailableException(String.valueOf(cause.getMessage()), cause));
          }
        });
    ended.future().await();
    return List.copyOf(lines);
  }

  private void write(String taskId, LogLines last) {
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.write(file(taskId), Json.storedBytes(last));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean has(String taskId) {
    return Files.exists(file(taskId));
  }

  /** What is kept of a task's log, and asked for; empty when nothing is. */
  List<LogLine> of(String taskId, OpenLogs question) {
    List<LogLine> wanted = new ArrayList<>();
    for (LogLine line : kept(taskId)) {
      if ((line.stream() == 1 ? question.stdout() : question.stderr())
          && within(line.timestamp(), question.since(), question.until())) {
        wanted.add(line);
      }
    }
    Integer tail = question.tail();
    return tail == null || tail >= wanted.size()
        ? wanted
        : wanted.subList(wanted.size() - tail, wanted.size());
  }

  private List<LogLine> kept(String taskId) {
    try {
      return Json.readStored(Files.readAllBytes(file(taskId)), LogLines.class).lines();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException | IllegalArgumentException e) {
      LOG.atWarn().addKeyValue("task", taskId).setCause(e).log("cannot read its last lines");
      return List.of();
    }
  }

  private static boolean within(
      String timestamp, @Nullable Instant since, @Nullable Instant until) {
    if (timestamp.isEmpty()) {
      return true;
    }
    Instant at = Instant.parse(timestamp);
    return (since == null || !at.isBefore(since)) && (until == null || at.isBefore(until));
  }

  /** Nobody will ask for the task any more. */
  void forget(String taskId) {
    delete(file(taskId));
  }

  /** Forgets all tasks but these. */
  void keepOnly(Set<String> taskIds) {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      files
          .filter(file -> !taskIds.contains(file.getFileName().toString()))
          .forEach(LastLines::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", file).setCause(e).log("cannot remove last lines");
    }
  }

  private Path file(String taskId) {
    return directory.resolve(taskId);
  }
}
