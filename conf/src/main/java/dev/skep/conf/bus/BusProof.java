package dev.skep.conf.bus;

import dev.skep.store.model.Sensitive;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Shows that one knows the bus secret without saying it. The accepting end sends a challenge; the
 * connecting one answers with a challenge of its own and its proof; the accepting one ends with its
 * proof. Each proof covers both challenges and the address that was connected to, so that none of
 * it is good a second time, or handed on to somebody else.
 */
final class BusProof {
  /** Bytes of a challenge, and of a proof. */
  static final int BYTES = 32;

  /** How long the other end may take; it answers from memory. */
  static final int PATIENCE_MILLIS = 3_000;

  private static final String MAC = "HmacSHA256";

  private final SecretKeySpec key;
  private final RandomGenerator random;

  /**
   * @param random a secure source
   */
  BusProof(Sensitive secret, RandomGenerator random) {
    this.random = random;
    this.key = new SecretKeySpec(secret.text().getBytes(StandardCharsets.UTF_8), MAC);
  }

  byte[] challenge() {
    byte[] challenge = new byte[BYTES];
    random.nextBytes(challenge);
    return challenge;
  }

  /** What the connecting end shows. */
  byte[] ofConnecting(InetSocketAddress door, byte[] accepting, byte[] connecting) {
    return of("connecting", door, accepting, connecting);
  }

  /** What the accepting end shows. */
  byte[] ofAccepting(InetSocketAddress door, byte[] accepting, byte[] connecting) {
    return of("accepting", door, accepting, connecting);
  }

  private byte[] of(String end, InetSocketAddress door, byte[] accepting, byte[] connecting) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      mac.update(end.getBytes(StandardCharsets.US_ASCII));
      mac.update(door.getAddress().getAddress());
      mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(door.getPort()).flip());
      mac.update(accepting);
      return mac.doFinal(connecting);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + MAC, e);
    }
  }

  /** Whether a proof is the one that was to be shown. */
  static boolean same(byte[] expected, byte[] shown) {
    return MessageDigest.isEqual(expected, shown);
  }
}
