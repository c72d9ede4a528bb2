package dev.skep.store.seal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Makes bytes unreadable without a key, and unchangeable: ChaCha20-Poly1305, which needs no help of
 * the processor's that only an optimizing compiler would use. Each object derives a key of its own
 * (HKDF-SHA256 of the key with a random salt), so that counting up is enough for a nonce never to
 * be used twice under one key.
 *
 * <p>A sealed text is: 2 (the format), the key's fingerprint (4 bytes), the salt (16), the nonce
 * (12), the ciphertext with its tag (16 more bytes than the plain text). Safe for all threads.
 */
public final class Seal {
  private static final byte CHACHA20_POLY1305 = 2;
  private static final int FINGERPRINT_BYTES = 4;
  private static final int SALT_BYTES = 16;
  private static final int NONCE_BYTES = 12;
  private static final int HEADER_BYTES = 1 + FINGERPRINT_BYTES + SALT_BYTES + NONCE_BYTES;
  private static final int TAG_BYTES = 16;
  private static final int DERIVED_BYTES = 32;
  private static final byte[] INFO = "skep store".getBytes(StandardCharsets.US_ASCII);

  private final byte[] key;
  private final byte[] fingerprint;
  private final String source;
  private final Derived own;
  private final AtomicLong count = new AtomicLong();

  /** The one that was last needed: most texts of one sealer come together. */
  private volatile @Nullable Derived last;

  private static final class Derived {
    final byte[] salt;
    final byte[] key;

    Derived(byte[] salt, byte[] key) {
      this.salt = salt;
      this.key = key;
    }
  }

  /**
   * @param key 32 bytes
   * @param source where it is from, for errors
   */
  public Seal(byte[] key, String source) {
    this.key = key.clone();
    this.source = source;
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
      this.fingerprint = Arrays.copyOf(digest, FINGERPRINT_BYTES);
      this.own = derived(salt);
    } catch (GeneralSecurityException e) {
      throw noCipher(e);
    }
  }

  /** Tells this key from others, and nothing about it. */
  public String fingerprint() {
    return hex(fingerprint);
  }

  /**
   * @param context what the text is and where it belongs; it can be opened with the same only
   */
  public byte[] seal(byte[] plain, String context) {
    ByteBuffer nonce = ByteBuffer.allocate(NONCE_BYTES);
    nonce.putLong(NONCE_BYTES - Long.BYTES, count.getAndIncrement());
    byte[] sealed = new byte[HEADER_BYTES + plain.length + TAG_BYTES];
    ByteBuffer.wrap(sealed)
        .put(CHACHA20_POLY1305)
        .put(fingerprint)
        .put(own.salt)
        .put(nonce.array());
    try {
      cipher(Cipher.ENCRYPT_MODE, own.key, sealed, context)
          .doFinal(plain, 0, plain.length, sealed, HEADER_BYTES);
    } catch (GeneralSecurityException e) {
      throw noCipher(e);
    }
    return sealed;
  }

  /** Throws IOException when the bytes were sealed with another key or were changed since. */
  public byte[] open(byte[] sealed, String context) throws IOException {
    if (sealed.length < HEADER_BYTES + TAG_BYTES || sealed[0] != CHACHA20_POLY1305) {
      throw new IOException("not sealed as this version of Skep seals");
    }
    byte[] other = Arrays.copyOfRange(sealed, 1, 1 + FINGERPRINT_BYTES);
    if (!Arrays.equals(other, fingerprint)) {
      throw new IOException(
          "sealed with the key %s, and the one in %s is %s; put the right file back"
              .formatted(hex(other), source, fingerprint()));
    }
    int salt = 1 + FINGERPRINT_BYTES;
    try {
      byte[] opening = keyFor(Arrays.copyOfRange(sealed, salt, salt + SALT_BYTES));
      return cipher(Cipher.DECRYPT_MODE, opening, sealed, context)
          .doFinal(sealed, HEADER_BYTES, sealed.length - HEADER_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IOException("the bytes are not what was sealed", e);
    }
  }

  private byte[] keyFor(byte[] salt) throws GeneralSecurityException {
    Derived known = last;
    if (known == null || !Arrays.equals(known.salt, salt)) {
      known = derived(salt);
      last = known;
    }
    return known.key;
  }

  private Derived derived(byte[] salt) throws GeneralSecurityException {
    HKDFParameterSpec how =
        HKDFParameterSpec.ofExtract().addIKM(key).addSalt(salt).thenExpand(INFO, DERIVED_BYTES);
    return new Derived(salt, KDF.getInstance("HKDF-SHA256").deriveData(how));
  }

  /**
   * Tells a sealed text from every other that was sealed: its salt and nonce. Throws IOException
   * when the bytes are too short to be one.
   */
  public static String mark(byte[] sealed) throws IOException {
    if (sealed.length < HEADER_BYTES + TAG_BYTES) {
      throw new IOException("too short to be sealed");
    }
    return hex(Arrays.copyOfRange(sealed, 1 + FINGERPRINT_BYTES, HEADER_BYTES));
  }

  /**
   * A cipher for the text whose header {@code sealed} begins with.
   *
   * @param mode of {@link Cipher}
   */
  private static Cipher cipher(int mode, byte[] key, byte[] sealed, String context)
      throws GeneralSecurityException {
    byte[] nonce = Arrays.copyOfRange(sealed, HEADER_BYTES - NONCE_BYTES, HEADER_BYTES);
    Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
    cipher.init(mode, new SecretKeySpec(key, "ChaCha20"), new IvParameterSpec(nonce));
    cipher.updateAAD(sealed, 0, HEADER_BYTES);
    cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static IllegalStateException noCipher(GeneralSecurityException e) {
    return new IllegalStateException("this JDK lacks ChaCha20-Poly1305 or HKDF", e);
  }
}
