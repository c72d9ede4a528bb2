package dev.skep.gateway.api.go;

import java.math.BigDecimal;

/** Text as Go's {@code %q} shows it, for errors that clients match. */
public final class GoFormat {
  /** Go writes smaller numbers with an exponent. */
  private static final int LEAST_PLAIN_EXPONENT = -4;

  private static final int FIRST_PRINTABLE = 0x20;
  private static final int DELETE = 0x7f;

  private GoFormat() {}

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
    BigDecimal decimal = BigDecimal.valueOf(value).stripTrailingZeros();
    int exponent = decimal.precision() - decimal.scale() - 1;
    return exponent >= LEAST_PLAIN_EXPONENT
        ? decimal.toPlainString()
        : "%se-%02d".formatted(decimal.movePointRight(-exponent).toPlainString(), -exponent);
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
