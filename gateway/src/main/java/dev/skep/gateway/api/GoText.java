package dev.skep.gateway.api;

/** Text as Go's {@code %q} shows it, for errors that clients match. */
public final class GoText {
  private static final int FIRST_PRINTABLE = 0x20;
  private static final int DELETE = 0x7f;

  private GoText() {}

  /** The text in double quotes, with escapes. */
  public static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted.append("\\\"");
      } else {
        escape(quoted, c);
      }
    }
    return quoted.append('"').toString();
  }

  /** The character in single quotes, with escapes. */
  public static String quote(char c) {
    StringBuilder quoted = new StringBuilder("'");
    if (c == '\'') {
      quoted.append("\\'");
    } else {
      escape(quoted, c);
    }
    return quoted.append('\'').toString();
  }

  /** A number as Go's {@code %g} shows it: the shortest text that means it. */
  public static String number(double value) {
    return java.math.BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  private static void escape(StringBuilder out, char c) {
    switch (c) {
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (c < FIRST_PRINTABLE || c == DELETE) {
          out.append(String.format("\\x%02x", (int) c));
        } else {
          out.append(c);
        }
      }
    }
  }
}
