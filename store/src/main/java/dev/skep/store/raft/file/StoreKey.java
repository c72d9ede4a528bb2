package dev.skep.store.raft.file;

import dev.skep.store.file.AtomicFile;
import dev.skep.store.seal.Seal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * The file with the store's data key: 32 random bytes, for the owner's eyes only. Whoever has it
 * and the log has the cluster's secrets; whoever lost it has lost the store. A second file names
 * the key by its fingerprint, so that a store is not opened without its own.
 */
public final class StoreKey {
  private static final String KEY = "key";
  private static final String FINGERPRINT = "key.fingerprint";
  private static final int KEY_BYTES = 32;

  /** Eight digits and the end of a line. */
  private static final long FINGERPRINT_BYTES_MAX = 64;

  private StoreKey() {}

  /**
   * The key of a store that is being founded, made where there is none.
   *
   * @param directory the store's
   */
  public static Seal make(Path directory) throws IOException {
    Path file = directory.resolve(KEY);
    if (!Files.exists(file)) {
      byte[] key = new byte[KEY_BYTES];
      new SecureRandom().nextBytes(key);
      AtomicFile.write(file, key);
    }
    return in(directory);
  }

  /**
   * The key in the store's directory. Throws IOException when it is missing or another than the one
   * that the store was sealed with. Changes nothing.
   */
  public static Seal in(Path directory) throws IOException {
    Path file = directory.resolve(KEY);
    String expected = fingerprint(directory);
    if (!Files.exists(file)) {
      throw new IOException(
          expected.isEmpty()
              ? "the store's key %s is missing, and the store is sealed with it; put the right file back"
                  .formatted(file)
              : "the store's key %s is missing, and the store is sealed with it (fingerprint %s); put the right file back"
                  .formatted(file, expected));
    }
    byte[] key = Files.size(file) == KEY_BYTES ? Files.readAllBytes(file) : new byte[0];
    if (key.length != KEY_BYTES) {
      throw new IOException(
          "the store's key %s has %d bytes instead of %d; put the right file back"
              .formatted(file, Files.size(file), KEY_BYTES));
    }
    Seal seal = new Seal(key, file.toString());
    if (!expected.isEmpty() && !expected.equals(seal.fingerprint())) {
      throw new IOException(
          "the store's key %s has the fingerprint %s, and the store is sealed with %s; put the right file back"
              .formatted(file, seal.fingerprint(), expected));
    }
    return seal;
  }

  static boolean exists(Path directory) {
    return Files.exists(directory.resolve(KEY)) || Files.exists(directory.resolve(FINGERPRINT));
  }

  /** Names the key of a store that was opened with it, where that was not done yet. */
  public static void name(Path directory, Seal seal) throws IOException {
    if (fingerprint(directory).isEmpty()) {
      AtomicFile.write(
          directory.resolve(FINGERPRINT), seal.fingerprint().getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static String fingerprint(Path directory) throws IOException {
    Path named = directory.resolve(FINGERPRINT);
    if (!Files.exists(named)) {
      return "";
    }
    byte[] text =
        Files.size(named) > FINGERPRINT_BYTES_MAX ? new byte[0] : Files.readAllBytes(named);
    String fingerprint = new String(text, StandardCharsets.US_ASCII).strip();
    if (!fingerprint.matches("[0-9a-f]{8}")) {
      throw new IOException(
          "%s, which names the store's key, is damaged; remove it, and it is made anew"
              .formatted(named));
    }
    return fingerprint;
  }
}
