package dev.skep.store.template.printf;

import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Work;

/** Texts and characters in quotes, as Go's sources have them. */
final class Quoting {
  private Quoting() {}

  static String text(String text, boolean ascii, Work work) {
    StringBuilder out = new StringBuilder("\"");
    for (int at = 0; at < text.length(); at += GoString.width(text, at)) {
      int rune = GoString.rune(text, at);
      boolean broken = rune == GoString.INVALID && GoString.width(text, at) == 1;
      String shown = broken ? "\\x%02x".formatted((int) text.charAt(at)) : rune(rune, '"', ascii);
      work.spend(shown.length());
      out.append(shown);
    }
    return out.append('"').toString();
  }

  static String character(int rune, boolean ascii) {
    return "'" + rune(rune, '\'', ascii) + "'";
  }

  private static String rune(int rune, char quote, boolean ascii) {
    if (rune == quote || rune == '\\') {
      return "\\" + (char) rune;
    }
    if (rune < 0x80 ? rune >= ' ' && rune < 0x7f : !ascii && GoString.printable(rune)) {
      return GoString.ofRune(rune);
    }
    int simple = "\u0007\b\f\n\r\t\u000b".indexOf(rune);
    if (simple >= 0) {
      return "\\" + "abfnrtv".charAt(simple);
    }
    if (rune < ' ' || rune == 0x7f) {
      return "\\x%02x".formatted(rune);
    }
    return rune < 0x10000 ? "\\u%04x".formatted(rune) : "\\U%08x".formatted(rune);
  }

  /** Whether the text can stand in backquotes as it is. */
  static boolean canBeRaw(String text) {
    for (int at = 0; at < text.length(); at += GoString.width(text, at)) {
      int rune = GoString.rune(text, at);
      boolean broken = rune == GoString.INVALID && GoString.width(text, at) == 1;
      if (broken || rune == 0xFEFF || rune == '`' || rune == 0x7f || (rune < ' ' && rune != '\t')) {
        return false;
      }
    }
    return true;
  }
}
