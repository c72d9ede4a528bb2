package dev.skep.gateway.proxy;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** A version of the Engine API, such as 1.41. */
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {

  private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");

  /** Reads {@code 1.41}; anything else is empty. */
  public static Optional<ApiVersion> parse(String text) {
    var m = FORM.matcher(text);
    return m.matches()
        ? Optional.of(new ApiVersion(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))))
        : Optional.empty();
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
