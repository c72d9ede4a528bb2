package dev.skep.store.template.parse;

import dev.skep.store.template.value.GoString;

/**
 * A word of a template.
 *
 * @param at where it begins, in bytes
 */
record Token(TokenType type, String text, int at) {
  boolean is(TokenType other) {
    return type == other;
  }

  boolean keyword(String word) {
    return type == TokenType.KEYWORD && text.equals(word);
  }

  /** As errors show it. */
  String shown() {
    return switch (type) {
      case END -> "EOF";
      case KEYWORD -> "<" + text + ">";
      default -> "\"" + GoString.java(text) + "\"";
    };
  }
}
