package dev.skep.store.template.parse;

/** The kinds of words of a template. */
enum TokenType {
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
