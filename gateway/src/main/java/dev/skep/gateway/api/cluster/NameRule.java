package dev.skep.gateway.api.cluster;

import dev.skep.gateway.api.error.ApiError;
import java.util.regex.Pattern;

/** The rule for names of services and networks. */
public final class NameRule {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*");
  private static final int MAX = 63;

  private NameRule() {}

  /** Throws {@link ApiError} for a name that is none. */
  public static void check(String name) {
    if (name.isEmpty()) {
      throw ApiError.invalidArgument("meta: name must be provided");
    }
    if (!NAME.matcher(name).matches()) {
      throw ApiError.invalidArgument("name must be valid as a DNS name component");
    }
    if (name.length() > MAX) {
      throw ApiError.invalidArgument("name must be " + MAX + " characters or fewer");
    }
  }
}
