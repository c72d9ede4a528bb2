package dev.skep.store.seal;

import dev.skep.store.model.Sensitive;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The key that a cluster's data is sealed with: 32 random bytes, made when the cluster is. Sealed
 * bytes go from member to member as they are, so all have the same key. On a disk it lies wrapped
 * only.
 */
public final class ClusterKey {
  private static final int BYTES = 32;

  private final byte[] key;

  private ClusterKey(byte[] key) {
    this.key = key;
  }

  public static ClusterKey random() {
    byte[] key = new byte[BYTES];
    new SecureRandom().nextBytes(key);
    return new ClusterKey(key);
  }

  /** The key that another member handed over. Throws IllegalArgumentException when it is none. */
  public static ClusterKey of(Sensitive base64) {
    byte[] key = Base64.getDecoder().decode(base64.text());
    if (key.length != BYTES) {
      throw new IllegalArgumentException(
          "a cluster's key has %d bytes, and this has %d".formatted(BYTES, key.length));
    }
    return new ClusterKey(key);
  }

  /** To be handed over to another member, and nobody else. */
  public Sensitive base64() {
    return new Sensitive(Base64.getEncoder().encodeToString(key));
  }

  /** Seals and opens what the cluster stores. */
  public Seal seal(String source) {
    return new Seal(key, source);
  }

  /**
   * The key, unreadable without another.
   *
   * @param context whose copy it is; it can be unwrapped with the same only
   */
  public byte[] wrap(Seal with, String context) {
    return with.seal(key, context);
  }

  /** Throws IOException when the bytes were wrapped with another key, or as another's copy. */
  public static ClusterKey unwrap(byte[] wrapped, Seal with, String context) throws IOException {
    byte[] key = with.open(wrapped, context);
    if (key.length != BYTES) {
      throw new IOException("it has " + key.length + " bytes instead of " + BYTES);
    }
    return new ClusterKey(key);
  }

  @Override
  public String toString() {
    return "***";
  }
}
