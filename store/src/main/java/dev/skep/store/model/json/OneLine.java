package dev.skep.store.model.json;

import org.jspecify.annotations.Nullable;

/**
 * What went wrong, as users read it in a column of a table: one line without control characters,
 * bounded in length. It comes from probes, images, engines and systems, which write as they like.
 */
public final class OneLine {
  /**
   * Characters at most. Tables show the first 30 to 75, inspect all; a task keeps it as long as it
   * is kept itself, and there may be a hundred thousand of them.
   */
  public static final int MAX = 500;

  private static final char ELLIPSIS = '\u2026';

  private OneLine() {}

  /**
   * The text with each line break or other control character, and the blanks around it, as one
   * blank; nothing at the ends. Of one that is already so, itself.
   */
  public static @Nullable String of(@Nullable String text) {
    if (text == null || fits(text)) {
      return text;
    }
    StringBuilder line = new StringBuilder(Math.min(text.length(), MAX));
    boolean broken = false;
    for (int i = 0; i < text.length() && line.length() <= MAX; i++) {
      char c = text.charAt(i);
      if (breaks(c)) {
        broken = true;
      } else if (!(broken && c == ' ')) {
        if (broken) {
          trim(line);
          line.append(line.isEmpty() ? "" : " ");
          broken = false;
        }
        line.append(c);
      }
    }
    trim(line);
    if (line.length() > MAX) {
      int end = Character.isHighSurrogate(line.charAt(MAX - 2)) ? MAX - 2 : MAX - 1;
      line.setLength(end);
      line.append(ELLIPSIS);
    }
    return line.toString();
  }

  private static boolean fits(String text) {
    return text.length() <= MAX && text.chars().noneMatch(c -> breaks((char) c));
  }

  private static boolean breaks(char c) {
    return Character.isISOControl(c)
        || Character.getType(c) == Character.LINE_SEPARATOR
        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR;
  }

  private static void trim(StringBuilder line) {
    while (!line.isEmpty() && line.charAt(line.length() - 1) == ' ') {
      line.setLength(line.length() - 1);
    }
  }
}
