package dev.skep.store.bus;

import dev.skep.store.model.Sensitive;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The keys of the nodes that a host speaks with, or as: a manager knows those of all nodes, a
 * worker its own. Any thread may ask.
 */
public interface NodeKeys {
  /** Bytes of a key. */
  int BYTES = 32;

  /** The node's key; none when the host does not know it, or there is no such node. */
  Optional<Sensitive> of(String nodeId);

  /** A host that knows one node's key. */
  static NodeKeys own(String nodeId, Sensitive key) {
    return asked -> asked.equals(nodeId) ? Optional.of(key) : Optional.empty();
  }

  /** Whether a text is a key as {@link #next} makes them. */
  static boolean valid(Sensitive key) {
    try {
      return Base64.getUrlDecoder().decode(key.text()).length == BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * A new node's key: {@link #BYTES} bytes as base64url.
   *
   * @param random a secure source
   */
  static Sensitive next(RandomGenerator random) {
    byte[] key = new byte[BYTES];
    random.nextBytes(key);
    return new Sensitive(Base64.getUrlEncoder().withoutPadding().encodeToString(key));
  }
}
