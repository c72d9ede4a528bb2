package dev.skep.store.template.value;

import java.nio.charset.StandardCharsets;

/**
 * Go's strings are bytes. Here they are Java strings with a character for each byte, so that
 * lengths, indexes and what is no UTF-8 come out as Go's do.
 */
public final class GoString {
  /** What stands for bytes that are no UTF-8. */
  public static final int INVALID = 0xFFFD;

  private static final int ASCII = 0x80;
  private static final int MAX_RUNE = 0x10FFFF;

  private GoString() {}

  public static String of(String java) {
    return of(java.getBytes(StandardCharsets.UTF_8));
  }

  public static String of(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  public static String java(String text) {
    return new String(bytes(text), StandardCharsets.UTF_8);
  }

  public static String ofRune(int rune) {
    boolean valid = rune >= 0 && rune <= MAX_RUNE && (rune < 0xD800 || rune > 0xDFFF);
    return of(Character.toString(valid ? rune : INVALID));
  }

  /** How many bytes the rune at {@code at} takes; 1 where there is no UTF-8. */
  public static int width(String text, int at) {
    int first = text.charAt(at);
    int wanted = first < ASCII ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (wanted <= 1 || first > 0xF4 || at + wanted > text.length()) {
      return 1;
    }
    int second = text.charAt(at + 1);
    int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) {
      return 1;
    }
    for (int i = at + 2; i < at + wanted; i++) {
      if ((text.charAt(i) & 0xC0) != 0x80) {
        return 1;
      }
    }
    return wanted;
  }

  /** The rune at {@code at}; {@link #INVALID} where there is no UTF-8. */
  public static int rune(String text, int at) {
    int first = text.charAt(at);
    int width = width(text, at);
    if (width == 1) {
      return first < ASCII ? first : INVALID;
    }
    int rune = first & (0xFF >> (width + 1));
    for (int i = at + 1; i < at + width; i++) {
      rune = (rune << 6) | (text.charAt(i) & 0x3F);
    }
    return rune;
  }

  public static int runes(String text) {
    int count = 0;
    for (int at = 0; at < text.length(); at += width(text, at)) {
      count++;
    }
    return count;
  }

  /** The first {@code count} runes. */
  public static String prefix(String text, int count) {
    int at = 0;
    for (int i = 0; i < count && at < text.length(); i++) {
      at += width(text, at);
    }
    return text.substring(0, at);
  }

  /** Whether Go prints the rune as it is: letters, marks, numbers, signs and the plain space. */
  public static boolean printable(int rune) {
    return switch (Character.getType(rune)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> rune == ' ';
      default -> true;
    };
  }
}
