package dev.skep.engine.http;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** A version of the Engine API, such as 1.41. */
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
  /**
   * Docker 20.10. Older engines lack what swarm tasks need (ulimits, capabilities, pids limits).
   */
  public static final ApiVersion OLDEST = new ApiVersion(1, 41);

  /** The newest version that Skep was written for (Docker 28). */
  public static final ApiVersion NEWEST = new ApiVersion(1, 51);

  private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");

  /** Larger than any; what has more digits is as new as this. */
  private static final int NEWER_THAN_ALL = 99_999;

  private static final int MANY_DIGITS = 5;

  /** Reads {@code 1.41}; anything else is empty. */
  public static Optional<ApiVersion> parse(String text) {
    var m = FORM.matcher(text);
    return m.matches()
        ? Optional.of(new ApiVersion(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))))
        : Optional.empty();
  }

  /**
   * Reads what the engine's router takes for a version, digits and points in any order, as its
   * comparison of versions does: what is missing is 0, and more parts make a version newer.
   */
  static ApiVersion lenient(String digitsAndPoints) {
    var parts = digitsAndPoints.split("\\.", -1);
    var minor = parts.length > 1 ? number(parts[1]) : 0;
    var more = Arrays.stream(parts).skip(2).anyMatch(part -> number(part) > 0);
    return new ApiVersion(number(parts[0]), more ? minor + 1 : minor);
  }

  private static int number(String digits) {
    var significant = digits.replaceFirst("^0+", "");
    return significant.length() >= MANY_DIGITS
        ? NEWER_THAN_ALL
        : significant.isEmpty() ? 0 : Integer.parseInt(significant);
  }

  /**
   * The version to speak with an engine whose newest is {@code engines}. Throws {@link
   * EngineException} when the engine is older than {@link #OLDEST}.
   */
  public static ApiVersion negotiate(ApiVersion engines) {
    if (engines.compareTo(OLDEST) < 0) {
      throw new EngineException(
          400,
          "the engine speaks API version "
              + engines
              + ", and Skep needs "
              + OLDEST
              + " or newer: install Docker Engine 20.10 or newer on this host");
    }
    return engines.compareTo(NEWEST) < 0 ? engines : NEWEST;
  }

  public boolean atLeast(int otherMajor, int otherMinor) {
    return compareTo(new ApiVersion(otherMajor, otherMinor)) >= 0;
  }

  @Override
  public int compareTo(ApiVersion other) {
    return Comparator.comparingInt(ApiVersion::major)
        .thenComparingInt(ApiVersion::minor)
        .compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }

  /** The versions that an engine serves, both ends included. */
  public record Range(ApiVersion min, ApiVersion max) {
    public Range {
      if (min.compareTo(max) > 0) {
        throw new IllegalArgumentException(
            "an engine cannot serve API versions from " + min + " to " + max);
      }
    }

    /** The version of this range that lies nearest to the wanted one. */
    public ApiVersion nearest(ApiVersion wanted) {
      return wanted.compareTo(min) < 0 ? min : wanted.compareTo(max) > 0 ? max : wanted;
    }
  }
}
