package dev.skep.store.raft.file;

import dev.skep.store.file.AtomicFile;
import dev.skep.store.seal.ClusterKey;
import dev.skep.store.seal.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a store's directory holds, looked at before anything there is changed: no store is not an
 * empty store.
 *
 * @param seal of what the store's files hold
 * @param marked false when the file is missing that says whose the store is
 * @param joined whether the log was made by the members before this one
 */
public record StoreFiles(Seal seal, boolean marked, boolean joined, GroupFiles.Whole group) {
  /** An empty file where the others made the log; without it, an empty log is a lost one. */
  private static final String JOINED = "joined";

  /**
   * Throws IOException, in words, when there is no store, when it is another's, or when it is not
   * whole. Changes nothing.
   */
  public static StoreFiles look(Path directory, StoreOwner own) throws IOException {
    Optional<StoreOwner> owner = StoreOwner.read(directory);
    if (owner.isEmpty() && !Files.isDirectory(GroupFiles.storage(directory))) {
      throw new IOException("there is no store");
    }
    if (owner.isPresent() && !owner.get().equals(own)) {
      throw new IOException("it is the store of %s, not of %s".formatted(owner.get(), own));
    }
    Seal seal = StoreKeys.read(directory, own);
    boolean joined = Files.exists(directory.resolve(JOINED));
    GroupFiles.Whole group =
        new GroupFiles(GroupFiles.in(directory))
            .look(own.memberId(), owner.isPresent(), joined, LastEntry.read(directory), seal);
    return new StoreFiles(seal, owner.isPresent(), joined, group);
  }

  /**
   * Makes the keys of a store that is being founded. A directory that holds anything of a store is
   * refused.
   *
   * @param key the cluster's
   */
  public static Seal found(Path directory, StoreOwner own, ClusterKey key) throws IOException {
    requireNone(directory);
    Files.deleteIfExists(directory.resolve(JOINED)); // of a joining that a crash cut short
    StoreKeys.write(directory, own, key);
    return StoreKeys.read(directory, own);
  }

  /** As {@link #found}, for a member that gets its log from the others. */
  public static Seal join(Path directory, StoreOwner own, ClusterKey key) throws IOException {
    requireNone(directory);
    AtomicFile.write(directory.resolve(JOINED), new byte[0]);
    StoreKeys.write(directory, own, key);
    return StoreKeys.read(directory, own);
  }

  /** Throws IOException when the directory holds anything of a store. */
  private static void requireNone(Path directory) throws IOException {
    for (Path file :
        new Path[] {
          StoreOwner.in(directory), StoreKeys.in(directory), GroupFiles.storage(directory)
        }) {
      if (Files.exists(file)) {
        throw new IOException(
            "there is something of a store already: %s; move it away".formatted(file));
      }
    }
  }
}
