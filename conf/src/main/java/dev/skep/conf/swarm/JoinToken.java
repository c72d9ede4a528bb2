package dev.skep.conf.swarm;

import dev.skep.store.model.Ids;
import java.math.BigInteger;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a host shows to join: {@code SWMTKN-1-<digest>-<secret>}, in Swarm's form, so that scripts
 * that look for it work.
 *
 * @param digest 50 characters of base 36 that name the swarm: a host that was given another swarm's
 *     token is told so
 * @param secret 25 characters of base 36, of the role
 */
record JoinToken(String digest, String secret) {
  private static final int DIGEST_LENGTH = 50;
  private static final int DIGEST_BITS = 256;
  private static final Pattern FORM = Pattern.compile("SWMTKN-1-([0-9a-z]{50})-([0-9a-z]{25})");

  static String newDigest(RandomGenerator random) {
    byte[] bits = new byte[DIGEST_BITS / Byte.SIZE];
    random.nextBytes(bits);
    return Ids.digits(new BigInteger(1, bits), DIGEST_LENGTH);
  }

  static JoinToken next(String digest, RandomGenerator random) {
    return new JoinToken(digest, Ids.next(random));
  }

  static Optional<JoinToken> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(new JoinToken(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  String text() {
    return "SWMTKN-1-" + digest + "-" + secret;
  }

  @Override
  public String toString() {
    return "SWMTKN-1-" + digest + "-***";
  }
}
