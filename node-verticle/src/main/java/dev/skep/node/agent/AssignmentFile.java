package dev.skep.node.agent;

import dev.skep.store.file.AtomicFile;
import dev.skep.store.model.Network;
import dev.skep.store.model.Task;
import dev.skep.store.model.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's assignments on disk, so that after a restart the agent knows its containers before any
 * leader is there. Secrets, configs and credentials are left out: a container that exists has its
 * files already, and no container is made before the leader has spoken.
 */
public final class AssignmentFile {
  private static final Logger LOG = LoggerFactory.getLogger(AssignmentFile.class);

  private final Path file;
  private final String nodeId;

  public AssignmentFile(Path dataDir, String nodeId) {
    this.file = dataDir.resolve("assignments.json");
    this.nodeId = nodeId;
  }

  @SuppressWarnings("RedundantNullCheck") // empty ones are left out of JSON
  private record Stored(String nodeId, List<Task> tasks, Map<String, Network> networks) {
    Stored {
      tasks = tasks == null ? List.of() : tasks;
      networks = networks == null ? Map.of() : networks;
    }
  }

  /** Replaces the file: after a crash it is the old one or the new one, whole. Blocks. */
  public void save(Assignments assignments) {
    byte[] json =
        Json.storedBytes(
            new Stored(nodeId, List.copyOf(assignments.tasks().values()), assignments.networks()));
    try {
      Files.createDirectories(dir());
      AtomicFile.write(file, json);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** What was saved; nothing when there is no file, or it is another node's or damaged. Blocks. */
  public Assignments load() {
    try {
      Stored stored = Json.readStored(Files.readAllBytes(file), Stored.class);
      if (!stored.nodeId().equals(nodeId)) {
        LOG.atWarn()
            .addKeyValue("file", file)
            .addKeyValue("node", stored.nodeId())
            .log("ignoring the assignments of another node");
        return Assignments.NONE;
      }
      Map<String, Task> tasks = new LinkedHashMap<>();
      stored.tasks().forEach(task -> tasks.put(task.id(), task));
      return new Assignments(tasks, stored.networks(), Map.of(), Map.of(), Map.of());
    } catch (NoSuchFileException e) {
      return Assignments.NONE;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    } catch (IllegalArgumentException e) {
      LOG.atError()
          .addKeyValue("file", file)
          .addKeyValue("cause", String.valueOf(e.getCause()))
          .log("the saved assignments are damaged; waiting for the leader's");
      return Assignments.NONE;
    }
  }

  public void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file, e);
    }
  }

  private Path dir() {
    Path parent = file.getParent();
    return parent == null ? Path.of(".") : parent;
  }
}
