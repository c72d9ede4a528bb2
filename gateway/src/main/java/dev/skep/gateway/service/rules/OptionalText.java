package dev.skep.gateway.service.rules;

import org.jspecify.annotations.Nullable;

/** Text that a client may leave out. */
public final class OptionalText {
  private OptionalText() {}

  public static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  public static String or(@Nullable String text, String otherwise) {
    return text == null || text.isEmpty() ? otherwise : text;
  }
}
