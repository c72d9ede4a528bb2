package dev.skep.gateway.service;

import org.jspecify.annotations.Nullable;

/** Text that a client may leave out. */
final class Words {
  private Words() {}

  static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  static String or(@Nullable String text, String otherwise) {
    return text == null || text.isEmpty() ? otherwise : text;
  }
}
