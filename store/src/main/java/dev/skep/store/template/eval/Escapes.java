package dev.skep.store.template.eval;

import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Work;

/** Texts made safe for HTML, for JavaScript strings, and for the query of a URL. */
final class Escapes {
  private static final String UNRESERVED = "-_.~";

  private Escapes() {}

  static String html(String text, Work work) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      String safe =
          switch (c) {
            case 0 -> GoString.ofRune(GoString.INVALID);
            case '"' -> "&#34;";
            case '\'' -> "&#39;";
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            default -> String.valueOf(c);
          };
      work.spend(safe.length());
      out.append(safe);
    }
    return out.toString();
  }

  static String js(String text, Work work) {
    StringBuilder out = new StringBuilder();
    for (int at = 0; at < text.length(); at += GoString.width(text, at)) {
      int rune = GoString.rune(text, at);
      String safe =
          switch (rune) {
            case '\\' -> "\\\\";
            case '\'' -> "\\'";
            case '"' -> "\\\"";
            case '<', '>', '&', '=' -> "\\u%04X".formatted(rune);
            default ->
                rune >= 0x80 ? wide(rune) : rune < ' ' ? "\\u%04X".formatted(rune) : ascii(rune);
          };
      work.spend(safe.length());
      out.append(safe);
    }
    return out.toString();
  }

  private static String ascii(int rune) {
    return Character.toString(rune);
  }

  private static String wide(int rune) {
    return GoString.printable(rune) ? GoString.ofRune(rune) : "\\u%04X".formatted(rune);
  }

  static String urlQuery(String text, Work work) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
      String safe = plain ? String.valueOf(c) : c == ' ' ? "+" : "%%%02X".formatted((int) c);
      work.spend(safe.length());
      out.append(safe);
    }
    return out.toString();
  }
}
