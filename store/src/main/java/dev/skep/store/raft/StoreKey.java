package dev.skep.store.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/**
 * The file with the store's data key: 32 random bytes, for the owner's eyes only. Whoever has it
 * and the log has the cluster's secrets; whoever lost it has lost the store. A second file names
 * the key by its fingerprint, so that a store is not opened without its own.
 */
final class StoreKey {
  private static final String KEY = "key";
  private static final String FINGERPRINT = "key.fingerprint";
  private static final int KEY_BYTES = 32;

  private StoreKey() {}

  /**
   * The key in the store's directory, made when nothing was sealed there yet. Throws IOException
   * when it is missing or another than the one that the store was sealed with.
   */
  static Seal in(Path directory) throws IOException {
    Path file = directory.resolve(KEY);
    Path named = directory.resolve(FINGERPRINT);
    String expected = Files.exists(named) ? Files.readString(named).strip() : "";
    if (!Files.exists(file)) {
      if (!expected.isEmpty()) {
        throw new IOException(
            "the store's key %s is missing, and the store is sealed with it (fingerprint %s); put the right file back"
                .formatted(file, expected));
      }
      byte[] key = new byte[KEY_BYTES];
      new SecureRandom().nextBytes(key);
      write(file, key);
    }
    byte[] key = Files.readAllBytes(file);
    if (key.length != KEY_BYTES) {
      throw new IOException(
          "the store's key %s has %d bytes instead of %d; put the right file back"
              .formatted(file, key.length, KEY_BYTES));
    }
    Seal seal = new Seal(key, file.toString());
    if (expected.isEmpty()) {
      write(named, seal.fingerprint().getBytes(StandardCharsets.US_ASCII));
    } else if (!expected.equals(seal.fingerprint())) {
      throw new IOException(
          "the store's key %s has the fingerprint %s, and the store is sealed with %s; put the right file back"
              .formatted(file, seal.fingerprint(), expected));
    }
    return seal;
  }

  /** The file is on the disk, whole, before anything relies on it. */
  private static void write(Path file, byte[] content) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}
