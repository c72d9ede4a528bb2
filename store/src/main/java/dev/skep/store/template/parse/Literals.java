package dev.skep.store.template.parse;

import dev.skep.store.template.TemplateException;
import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Value;
import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the constants of a template by Go's rules. */
final class Literals {
  private static final Pattern UNDERSCORES =
      Pattern.compile("[+-]?(0[xXoObB])?_?[0-9a-fA-F]+(_[0-9a-fA-F]+)*");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
  private static final Pattern HEX =
      Pattern.compile("[+-]?0[xX]([0-9a-fA-F]+\\.?[0-9a-fA-F]*|\\.[0-9a-fA-F]+)[pP][+-]?\\d+");

  /** Longer ones are no numbers that anybody wrote; reading them would take long. */
  private static final int MAX_DIGITS = 400;

  private Literals() {}

  /** Throws TemplateException when it is none. */
  static Value number(String text) {
    if (text.endsWith("i")) {
      throw new TemplateException("complex numbers are not supported: \"%s\"", text);
    }
    if (text.length() > MAX_DIGITS) {
      throw new TemplateException("illegal number syntax: \"%s\"", text);
    }
    boolean floats = isFloat(text);
    BigInteger whole = floats ? null : integer(text);
    if (whole != null && whole.bitLength() < Long.SIZE) {
      return Value.of(whole.longValue());
    }
    if (whole != null && whole.signum() > 0 && whole.bitLength() <= Long.SIZE) {
      throw new TemplateException("%s overflows int", text);
    }
    String plain = text.replace("_", "");
    if (DECIMAL.matcher(plain).matches() || HEX.matcher(plain).matches()) {
      double value = Double.parseDouble(plain);
      if (floats && wellSeparated(text) && !Double.isInfinite(value)) {
        return new Value.Real(value);
      }
      if (!floats) {
        throw new TemplateException("integer overflow: \"%s\"", text);
      }
    }
    throw new TemplateException("illegal number syntax: \"%s\"", text);
  }

  private static boolean isFloat(String text) {
    return text.matches("[+-]?0[xX].*") ? text.matches(".*[.pP].*") : text.matches(".*[.eE].*");
  }

  private static boolean wellSeparated(String text) {
    return !text.contains("_")
        || (text.matches("[+-]?(0[xX]_?)?[0-9a-fA-F.]+(_?[0-9a-fA-FpP.+-]+)*")
            && !text.matches(".*(_[.eEpP+-]|[.eEpP+-]_|__).*"));
  }

  private static @Nullable BigInteger integer(String text) {
    if (!UNDERSCORES.matcher(text).matches() || text.matches("[+-]?_.*")) {
      return null;
    }
    String digits = text.replace("_", "");
    boolean negative = digits.startsWith("-");
    if (negative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    int radix = 10;
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      radix =
          switch (digits.charAt(1)) {
            case 'x', 'X' -> 16;
            case 'b', 'B' -> 2;
            default -> 8;
          };
      digits = digits.substring(Character.isDigit(digits.charAt(1)) ? 1 : 2);
    }
    try {
      BigInteger value = new BigInteger(digits, radix);
      return negative ? value.negate() : value;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The number of a character in single quotes. */
  static Value character(String quoted) {
    try {
      String text = unquote(quoted);
      // A character by its code may be no UTF-8: '\xff' is 255.
      boolean code = quoted.matches("'\\\\(x|[0-7]).*");
      if (!text.isEmpty() && (code ? text.length() : GoString.width(text, 0)) == text.length()) {
        return Value.of(code ? text.charAt(0) : GoString.rune(text, 0));
      }
    } catch (TemplateException e) {
      // said below
    }
    throw new TemplateException("malformed character constant: %s", GoString.java(quoted));
  }

  /** What stands between the quotes, with its escapes read. */
  static String unquote(String quoted) {
    char quote = quoted.charAt(0);
    String inner = quoted.substring(1, quoted.length() - 1);
    if (quote == '`') {
      return inner.replace("\r", "");
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < inner.length()) {
      char c = inner.charAt(at++);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      at += escape(inner, at, quote, out);
    }
    return out.toString();
  }

  /** Reads the escape whose letter is at {@code at}; returns its length. */
  private static int escape(String text, int at, char quote, StringBuilder out) {
    char c = at < text.length() ? text.charAt(at) : 0;
    int simple = "abfnrtv\\".indexOf(c);
    if (c != 0 && simple >= 0) {
      out.append("\u0007\b\f\n\r\t\u000b\\".charAt(simple));
      return 1;
    }
    if (c == quote) {
      out.append(c);
      return 1;
    }
    return switch (c) {
      case 'x' -> code(text, at + 1, 2, 16, false, out) + 1;
      case 'u' -> code(text, at + 1, 4, 16, true, out) + 1;
      case 'U' -> code(text, at + 1, 8, 16, true, out) + 1;
      case '0', '1', '2', '3', '4', '5', '6', '7' -> code(text, at, 3, 8, false, out);
      default -> throw invalid();
    };
  }

  private static int code(
      String text, int at, int digits, int radix, boolean rune, StringBuilder out) {
    if (at + digits > text.length()
        || !text.substring(at, at + digits).matches(radix == 8 ? "[0-7]+" : "[0-9a-fA-F]+")) {
      throw invalid();
    }
    long code = Long.parseLong(text.substring(at, at + digits), radix);
    if (rune ? code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) : code > 0xFF) {
      throw invalid();
    }
    out.append(rune ? GoString.ofRune((int) code) : Character.toString((int) code));
    return digits;
  }

  private static TemplateException invalid() {
    return new TemplateException("invalid syntax");
  }
}
