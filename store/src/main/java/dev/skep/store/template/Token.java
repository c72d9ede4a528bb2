package dev.skep.store.template;

/**
 * A word of a template.
 *
 * @param at where it begins, in bytes
 */
record Token(Type type, String text, int at) {
  enum Type {
    TEXT,
    OPEN,
    CLOSE,
    SPACE,
    IDENTIFIER,
    KEYWORD,
    FIELD,
    VARIABLE,
    DOT,
    NIL,
    BOOL,
    NUMBER,
    CHARACTER,
    STRING,
    RAW_STRING,
    PIPE,
    DECLARE,
    ASSIGN,
    COMMA,
    LEFT,
    RIGHT,
    END
  }

  boolean is(Type other) {
    return type == other;
  }

  boolean keyword(String word) {
    return type == Type.KEYWORD && text.equals(word);
  }

  /** As errors show it. */
  String shown() {
    return switch (type) {
      case END -> "EOF";
      case KEYWORD -> "<" + text + ">";
      default -> "\"" + GoText.java(text) + "\"";
    };
  }
}
