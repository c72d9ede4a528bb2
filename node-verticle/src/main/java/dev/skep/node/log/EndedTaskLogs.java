package dev.skep.node.log;

import dev.skep.engine.Engine;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.engine.log.LogFrame;
import dev.skep.engine.log.LogQuery;
import dev.skep.engine.log.LogStream;
import dev.skep.node.concurrent.Fibers;
import dev.skep.store.bus.message.LogMessages.LogLine;
import dev.skep.store.bus.message.LogMessages.LogLines;
import dev.skep.store.bus.message.LogMessages.OpenLogs;
import dev.skep.store.model.json.Json;
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
 * The last log lines of each task that ended here. Each task has a file, for as long as the node
 * knows the task. So whoever removes a dead container, as {@code docker container prune} does, does
 * not remove the reason of its end. Used on the agent's context only.
 */
public final class EndedTaskLogs {
  private static final Logger LOG = LoggerFactory.getLogger(EndedTaskLogs.class);

  /** Enough to see why a process ended. */
  private static final int MAX_LINES = 1_000;

  private static final int MAX_BYTES = 256 * 1024;

  private final Path directory;
  private final Engine engine;
  private final Fibers fibers;
  private final Deque<LoggedTask> waiting = new ArrayDeque<>();
  private boolean working;

  /**
   * @param directory is made when it is needed
   */
  public EndedTaskLogs(Path directory, Engine engine, Fibers fibers) {
    this.directory = directory;
    this.engine = engine;
    this.fibers = fibers;
  }

  /** The task's container has run and ended; its lines are fetched one task after another. */
  public void ended(LoggedTask task) {
    if (!task.wanted()) {
      return;
    }
    waiting.addLast(task);
    if (!working) {
      working = true;
      fibers.run(this::work);
    }
  }

  private void work() {
    try {
      for (LoggedTask next = waiting.pollFirst(); next != null; next = waiting.pollFirst()) {
        if (next.wanted()) {
          keep(next);
        }
      }
    } finally {
      working = false;
    }
  }

  private void keep(LoggedTask task) {
    try {
      LogLines last = new LogLines(0, read(task), true);
      fibers.blocking(() -> write(task.id(), last)).await();
    } catch (EngineException | EngineUnavailableException | UncheckedIOException e) {
      LOG.atDebug()
          .addKeyValue("task", task.id())
          .addKeyValue("cause", e.getMessage())
          .log("last lines not kept");
    }
  }

  private List<LogLine> read(LoggedTask task) {
    LogQuery query =
        new LogQuery(true, true, false, true, true, "", "", Integer.toString(MAX_LINES));
    LogStream stream = engine.logs(task.containerId(), query, task.tty()).await();
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

  public boolean has(String taskId) {
    return Files.exists(file(taskId));
  }

  /** The kept lines of a task's log that the reader asks for. Empty when none are kept. */
  public List<LogLine> of(String taskId, OpenLogs question) {
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
  public void forget(String taskId) {
    delete(file(taskId));
  }

  /** Forgets all tasks but these. */
  public void keepOnly(Set<String> taskIds) {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      files
          .filter(file -> !taskIds.contains(file.getFileName().toString()))
          .forEach(EndedTaskLogs::delete);
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
