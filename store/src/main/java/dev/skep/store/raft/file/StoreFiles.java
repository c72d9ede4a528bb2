package dev.skep.store.raft.file;

import dev.skep.store.seal.Seal;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * What a store's directory holds, looked at before anything there is changed: no store is not an
 * empty store.
 *
 * @param sealed false for a store of an old version, which had no key
 * @param marked false for a store of an older version, which was not marked as anyone's
 */
public record StoreFiles(Seal seal, boolean sealed, boolean marked, GroupFiles.Whole group) {
  /** How a transaction reads that was not sealed. */
  private static final String PLAIN_TRANSACTION = "\"Ops\":[";

  private static final int KEY_BYTES = 32;

  /**
   * Throws IOException, in words, when there is no store, when it is another's, or when it is not
   * whole. Changes nothing.
   */
  public static StoreFiles look(Path directory, StoreOwner own) throws IOException {
    Optional<StoreOwner> mark = StoreOwner.read(directory);
    if (mark.isEmpty() && !Files.isDirectory(GroupFiles.storage(directory))) {
      throw new IOException("there is no store");
    }
    if (mark.isPresent() && !mark.get().equals(own)) {
      throw new IOException("it is the store of %s, not of %s".formatted(mark.get(), own));
    }
    boolean sealed = mark.isPresent() || sealed(directory);
    Seal seal = sealed ? StoreKey.in(directory) : passing();
    GroupFiles.Whole group =
        new GroupFiles(GroupFiles.in(directory))
            .look(own.memberId(), LastEntry.read(directory), seal);
    return new StoreFiles(seal, sealed, mark.isPresent(), group);
  }

  /** Throws IOException when the directory holds anything of a store. */
  public static void requireNone(Path directory) throws IOException {
    for (Path file : new Path[] {StoreOwner.in(directory), GroupFiles.storage(directory)}) {
      if (Files.exists(file)) {
        throw new IOException(
            "there is something of a store already: %s; move it away".formatted(file));
      }
    }
  }

  /** For a store that needs no key to be read. */
  private static Seal passing() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return new Seal(key, "no file");
  }

  /** Whether a store without a mark needs a key to be read. */
  private static boolean sealed(Path directory) throws IOException {
    if (StoreKey.exists(directory)) {
      return true;
    }
    Path group = GroupFiles.in(directory);
    Optional<Path> snapshot = LogFiles.newestSnapshot(group.resolve("sm"));
    if (snapshot.isPresent()) {
      return SnapshotFile.sealed(snapshot.get());
    }
    Path log = group.resolve("current");
    if (!Files.isDirectory(log)) {
      return true;
    }
    try (DirectoryStream<Path> segments = Files.newDirectoryStream(log, "log_*")) {
      for (Path segment : segments) {
        if (holdsPlainTransaction(segment)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean holdsPlainTransaction(Path segment) throws IOException {
    byte[] sought = PLAIN_TRANSACTION.getBytes(StandardCharsets.US_ASCII);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(segment))) {
      int matched = 0;
      for (int next = in.read(); next >= 0 && matched < sought.length; next = in.read()) {
        matched = next == sought[matched] ? matched + 1 : next == sought[0] ? 1 : 0;
      }
      return matched == sought.length;
    }
  }
}
