package dev.skep.store.raft.file;

import dev.skep.store.file.AtomicFile;
import dev.skep.store.model.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose store a directory holds, as a file there says. It is written once, at the end of founding,
 * and anew when it is missing from a store that opens as its owner's.
 *
 * @param clusterId of the swarm
 * @param memberId of this member of the group
 */
public record StoreOwner(String clusterId, String memberId) {
  private static final String FILE = "store.json";

  /** Two ids of 25 characters need a tenth of it. */
  private static final long BYTES_MAX = 4_096;

  @SuppressWarnings("RedundantNullCheck") // JSON may leave them out
  public StoreOwner {
    if (clusterId == null || memberId == null) {
      throw new IllegalArgumentException("it names no cluster or no member");
    }
  }

  static Path in(Path directory) {
    return directory.resolve(FILE);
  }

  /** The mark in a store's directory. Throws IOException when it cannot be read. */
  @SuppressWarnings("RedundantNullCheck") // JSON may be null
  public static Optional<StoreOwner> read(Path directory) throws IOException {
    Path file = in(directory);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new IllegalArgumentException("it has " + Files.size(file) + " bytes");
      }
      StoreOwner read = Json.readStored(Files.readAllBytes(file), StoreOwner.class);
      if (read == null) {
        throw new IllegalArgumentException("it is null");
      }
      return Optional.of(read);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "%s, which says whose store this is, is damaged (%s); remove it, and it is made anew from what the store holds"
              .formatted(file, e.getCause() == null ? e.getMessage() : "it names none"),
          e);
    }
  }

  /** Whose store a directory holds, in words; absent when it holds none. Changes nothing. */
  public static Optional<String> named(Path directory) {
    try {
      Optional<StoreOwner> owner = read(directory);
      if (owner.isPresent()) {
        return owner.map(StoreOwner::toString);
      }
    } catch (IOException e) {
      return Optional.of("a node that cannot be read any more");
    }
    return Files.exists(GroupFiles.storage(directory))
        ? Optional.of("a node that it does not name")
        : Optional.empty();
  }

  public void write(Path directory) throws IOException {
    AtomicFile.write(in(directory), Json.storedBytes(this));
  }

  @Override
  public String toString() {
    return "node " + memberId + " of the swarm " + clusterId;
  }
}
