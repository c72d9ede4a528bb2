package dev.skep.store.raft.file;

import dev.skep.store.file.AtomicFile;
import dev.skep.store.seal.ClusterKey;
import dev.skep.store.seal.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * The two files by which a member opens what its cluster stores: a key of its own, 32 random bytes
 * for the owner's eyes only, and the cluster's key wrapped with it. Whoever has both and the log
 * has the cluster's secrets; whoever lost one of them has lost this member's copy of the store, and
 * no other's.
 */
public final class StoreKeys {
  private static final String OWN = "member.key";
  private static final String WRAPPED = "cluster.key";

  /** What versions before had, whose only key was the directory's. */
  private static final String BEFORE = "key";

  private static final int OWN_BYTES = 32;

  /** A wrapped key has a hundred bytes. */
  private static final long WRAPPED_BYTES_MAX = 1_024;

  private StoreKeys() {}

  /** The file that is written last. */
  static Path in(Path directory) {
    return directory.resolve(WRAPPED);
  }

  /** Makes both files, in a directory that is to become a member's. */
  public static void write(Path directory, StoreOwner owner, ClusterKey key) throws IOException {
    byte[] own = new byte[OWN_BYTES];
    new SecureRandom().nextBytes(own);
    AtomicFile.write(directory.resolve(OWN), own);
    AtomicFile.write(
        directory.resolve(WRAPPED),
        key.wrap(new Seal(own, directory.resolve(OWN).toString()), copyOf(owner)));
  }

  /**
   * The seal of what lies in a member's directory. Throws IOException when one of the files is
   * missing or not the right one. Changes nothing.
   */
  static Seal read(Path directory, StoreOwner owner) throws IOException {
    return key(directory, owner).seal(directory.resolve(WRAPPED).toString());
  }

  /** As {@link #read}: the cluster's key itself. */
  public static ClusterKey key(Path directory, StoreOwner owner) throws IOException {
    Path own = directory.resolve(OWN);
    Path wrapped = directory.resolve(WRAPPED);
    if (Files.exists(directory.resolve(BEFORE)) && !Files.exists(wrapped)) {
      throw new IOException(
          "an older version of Skep made it, which kept the store's key in %s; this version cannot read such a store. Nothing was changed: go on with that version, or move the directory away"
              .formatted(directory.resolve(BEFORE)));
    }
    byte[] key = bytes(own, "this member's key", OWN_BYTES);
    if (key.length != OWN_BYTES) {
      throw new IOException(
          "this member's key %s has %d bytes instead of %d; put the right file back"
              .formatted(own, key.length, OWN_BYTES));
    }
    byte[] sealed = bytes(wrapped, "the swarm's key", WRAPPED_BYTES_MAX);
    try {
      return ClusterKey.unwrap(sealed, new Seal(key, own.toString()), copyOf(owner));
    } catch (IOException e) {
      throw new IOException(
          "the swarm's key %s cannot be opened with %s as that of %s: %s; put the right files back"
              .formatted(wrapped, own, owner, e.getMessage()),
          e);
    }
  }

  private static byte[] bytes(Path file, String what, long most) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(
          "%s %s is missing, and the store is sealed with it; put the right file back (or, where an older version of Skep made the store, go on with that version)"
              .formatted(what, file));
    }
    if (Files.size(file) > most) {
      throw new IOException(
          "%s %s has %d bytes, more than there can be; put the right file back"
              .formatted(what, file, Files.size(file)));
    }
    return Files.readAllBytes(file);
  }

  private static String copyOf(StoreOwner owner) {
    return "the key of the swarm " + owner.clusterId() + " for the node " + owner.memberId();
  }
}
