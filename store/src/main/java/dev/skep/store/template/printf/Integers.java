package dev.skep.store.template.printf;

import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Work;
import java.util.Locale;

/** Whole numbers as Go's printf writes them. */
final class Integers {
  private Integers() {}

  static String written(long number, int base, int verb, Format format, Work work) {
    boolean negative = number < 0;
    String digits = Long.toString(number, base);
    digits = negative ? digits.substring(1) : digits;
    int least = 0;
    if (format.precision() >= 0) {
      if (format.precision() == 0 && number == 0) {
        return format.withoutZero().padded("", work);
      }
      least = format.precision();
    } else if (format.zero() && !format.minus() && format.width() > 0) {
      least = format.width() - (negative || format.plus() || format.space() ? 1 : 0);
    }
    if (digits.length() < least) {
      work.spend(least);
      digits = "0".repeat(least - digits.length()) + digits;
    }
    if (format.sharp()) {
      digits =
          switch (base) {
            case 2 -> "0b" + digits;
            case 8 -> digits.startsWith("0") ? digits : "0" + digits;
            case 16 -> "0x" + digits;
            default -> digits;
          };
    }
    digits = verb == 'O' ? "0o" + digits : digits;
    digits = verb == 'X' ? digits.toUpperCase(Locale.ROOT) : digits;
    String sign = negative ? "-" : format.plus() ? "+" : format.space() ? " " : "";
    return format.withoutZero().padded(sign + digits, work);
  }

  /** Such as {@code U+0041 'A'}. */
  static String unicode(long number, Format format, Work work) {
    int least = Math.max(4, format.precision());
    String digits = Long.toUnsignedString(number, 16).toUpperCase(Locale.ROOT);
    work.spend(least);
    String code = "U+" + "0".repeat(Math.max(0, least - digits.length())) + digits;
    boolean rune = number >= 0 && number <= Character.MAX_CODE_POINT;
    String shown =
        format.sharp() && rune && GoString.printable((int) number)
            ? " '" + GoString.ofRune((int) number) + "'"
            : "";
    return format.withoutZero().padded(code + shown, work);
  }
}
