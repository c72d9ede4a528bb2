package dev.skep.gateway.api.go;

/**
 * Numbers, and yes and no, read as Go's strconv does, with its errors: clients show and match them.
 */
public final class GoNumbers {
  private GoNumbers() {}

  /**
   * A whole number from 0 on.
   *
   * @throws NumberFormatException in Go's words
   */
  public static long parseUint(String text) {
    if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw failure("ParseUint", text, "invalid syntax");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw failure("ParseUint", text, "value out of range");
    }
  }

  /**
   * A whole number with an optional sign.
   *
   * @throws NumberFormatException in Go's words
   */
  public static int parseInt(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      boolean digits = text.matches("[+-]?\\d+");
      throw failure("Atoi", text, digits ? "value out of range" : "invalid syntax");
    }
  }

  /**
   * Yes or no, in one of the ways in which Go says it.
   *
   * @throws NumberFormatException in Go's words
   */
  public static boolean parseBool(String text) {
    return switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default -> throw failure("ParseBool", text, "invalid syntax");
    };
  }

  private static NumberFormatException failure(String function, String text, String what) {
    return new NumberFormatException(
        "strconv." + function + ": parsing " + GoFormat.quote(text) + ": " + what);
  }
}
