package dev.skep.engine.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of the Engine API, such as 1.41. */
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
  /**
   * Docker 20.10. Older engines lack what swarm tasks need (ulimits, capabilities, pids limits).
   */
  public static final ApiVersion OLDEST = new ApiVersion(1, 41);

  /** The newest version whose calls this package was written for (Docker 28). */
  public static final ApiVersion NEWEST = new ApiVersion(1, 51);

  private static final Pattern TEXT = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");

  /** Reads "1.41". Throws IllegalArgumentException for anything else. */
  public static ApiVersion parse(String text) {
    Matcher m = TEXT.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException("not an Engine API version: '" + text + "'");
    }
    return new ApiVersion(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
  }

  /**
   * The version to speak with an engine whose newest is {@code engines}. Throws EngineException
   * when the engine is too old.
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
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
