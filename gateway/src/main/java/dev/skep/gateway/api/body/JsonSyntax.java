package dev.skep.gateway.api.body;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoFormat;

/**
 * Finds the first error in JSON text and says it as Go's encoding/json does, because the engine
 * answers with those words. Text behind the first value is not looked at, as Go's decoder does not.
 *
 * <p>Only for text that the parser refused: it costs a second look at the whole of it
 * (docs/decisions/0032-one-look-at-a-body.md).
 */
public final class JsonSyntax {
  private static final int MAX_DEPTH = 500;
  private static final int FIRST_PRINTABLE = 0x20;
  private static final int HEX_DIGITS = 4;

  private final String text;
  private int at;

  private JsonSyntax(String text) {
    this.text = text;
  }

  /** Throws {@link ApiError} when the text does not begin with a JSON value. */
  public static void check(String text) {
    JsonSyntax scan = new JsonSyntax(text);
    if (scan.blank()) {
      throw ApiError.badRequest("got EOF while reading request body");
    }
    scan.value(0);
  }

  private boolean blank() {
    skipSpace();
    return at == text.length();
  }

  private void value(int depth) {
    if (depth > MAX_DEPTH) {
      throw ApiError.badRequest("exceeded max depth");
    }
    char c = next();
    switch (c) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> {
        if (c != '-' && !digit(c)) {
          throw unexpected(c, "looking for beginning of value");
        }
        number(c);
      }
    }
  }

  private void object(int depth) {
    char c = next();
    if (c == '}') {
      return;
    }
    while (true) {
      if (c != '"') {
        throw unexpected(c, "looking for beginning of object key string");
      }
      string();
      c = next();
      if (c != ':') {
        throw unexpected(c, "after object key");
      }
      value(depth + 1);
      c = next();
      if (c == '}') {
        return;
      }
      if (c != ',') {
        throw unexpected(c, "after object key:value pair");
      }
      c = next();
    }
  }

  private void array(int depth) {
    if (peek() == ']') {
      at++;
      return;
    }
    while (true) {
      value(depth + 1);
      char c = next();
      if (c == ']') {
        return;
      }
      if (c != ',') {
        throw unexpected(c, "after array element");
      }
    }
  }

  private void string() {
    while (true) {
      char c = take();
      if (c == '"') {
        return;
      }
      if (c == '\\') {
        escape();
      } else if (c < FIRST_PRINTABLE) {
        throw unexpected(c, "in string literal");
      }
    }
  }

  private void escape() {
    char c = take();
    if (c == 'u') {
      for (int i = 0; i < HEX_DIGITS; i++) {
        char hex = take();
        if (Character.digit(hex, 16) < 0) {
          throw unexpected(hex, "in \\u hexadecimal character escape");
        }
      }
    } else if ("bfnrt\\/\"".indexOf(c) < 0) {
      throw unexpected(c, "in string escape code");
    }
  }

  private void literal(String word) {
    for (int i = 1; i < word.length(); i++) {
      char c = take();
      if (c != word.charAt(i)) {
        throw unexpected(
            c, "in literal " + word + " (expecting " + GoFormat.quote(word.charAt(i)) + ")");
      }
    }
  }

  private void number(char first) {
    char c = first;
    if (c == '-') {
      c = take();
      if (!digit(c)) {
        throw unexpected(c, "in numeric literal");
      }
    }
    if (c != '0') {
      digits();
    }
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      requireDigit("after decimal point in numeric literal");
      digits();
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at++;
      if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
        at++;
      }
      requireDigit("in exponent of numeric literal");
      digits();
    }
  }

  private void requireDigit(String where) {
    char c = take();
    if (!digit(c)) {
      throw unexpected(c, where);
    }
  }

  private void digits() {
    while (at < text.length() && digit(text.charAt(at))) {
      at++;
    }
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  private char next() {
    skipSpace();
    return take();
  }

  private char peek() {
    skipSpace();
    if (at == text.length()) {
      throw endsEarly();
    }
    return text.charAt(at);
  }

  private char take() {
    if (at == text.length()) {
      throw endsEarly();
    }
    return text.charAt(at++);
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private static ApiError endsEarly() {
    return ApiError.badRequest("unexpected EOF");
  }

  private static ApiError unexpected(char c, String where) {
    return ApiError.badRequest("invalid character " + GoFormat.quote(c) + " " + where);
  }
}
