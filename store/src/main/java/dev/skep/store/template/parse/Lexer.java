package dev.skep.store.template.parse;

import dev.skep.store.template.TemplateException;
import dev.skep.store.template.value.GoString;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Cuts a template into words, as Go's lexer does. */
public final class Lexer {
  private static final Set<String> KEYWORDS =
      Set.of(
          "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with");
  private static final String SPACES = " \t\r\n";

  /** A config is up to half a megabyte; more words than this were not written by a person. */
  private static final int MAX_TOKENS = 200_000;

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int parentheses;

  private Lexer(String text) {
    this.text = text;
  }

  static List<Token> tokens(String text) {
    Lexer lexer = new Lexer(text);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    boolean trim = false;
    while (true) {
      int open = text.indexOf("{{", at);
      int end = open < 0 ? text.length() : open;
      boolean trimBefore = open >= 0 && dashThenSpace(open + 2);
      text(trim, trimBefore, end);
      if (open < 0) {
        add(TokenType.END, end, end);
        return;
      }
      at = open + 2 + (trimBefore ? 2 : 0);
      if (text.startsWith("/*", at)) {
        trim = comment(open);
      } else {
        add(TokenType.OPEN, open, open + 2);
        trim = action(open);
      }
    }
  }

  private void text(boolean trimStart, boolean trimEnd, int end) {
    int from = at;
    int to = end;
    while (trimStart && from < to && isSpace(from)) {
      from++;
    }
    while (trimEnd && to > from && isSpace(to - 1)) {
      to--;
    }
    if (from < to) {
      add(TokenType.TEXT, from, to);
    }
  }

  private boolean dashThenSpace(int from) {
    return from + 1 < text.length() && text.charAt(from) == '-' && isSpace(from + 1);
  }

  private boolean isSpace(int index) {
    return SPACES.indexOf(text.charAt(index)) >= 0;
  }

  /** Steps over the action's end; whether the text behind it is to be trimmed; else null. */
  private int closeLength() {
    if (text.startsWith("}}", at)) {
      return 2;
    }
    boolean trimmed = at < text.length() && isSpace(at) && text.startsWith("-}}", at + 1);
    return trimmed ? 4 : 0;
  }

  private boolean comment(int open) {
    int end = text.indexOf("*/", at);
    if (end < 0) {
      throw fault(open, "unclosed comment");
    }
    at = end + 2;
    int close = closeLength();
    if (close == 0) {
      throw fault(open, "comment ends before closing delimiter");
    }
    at += close;
    return close > 2;
  }

  /** Reads words up to the action's end; whether the text behind it is to be trimmed. */
  private boolean action(int open) {
    parentheses = 0;
    while (true) {
      int close = closeLength();
      if (close > 0) {
        if (parentheses > 0) {
          throw fault(at, "unclosed left paren");
        }
        add(TokenType.CLOSE, at, at + close);
        at += close;
        return close > 2;
      }
      if (at >= text.length()) {
        throw fault(open, "unclosed action");
      }
      word();
    }
  }

  private void word() {
    int from = at;
    char c = text.charAt(at);
    if (isSpace(at)) {
      while (at < text.length() && isSpace(at) && closeLength() == 0) {
        at++;
      }
      add(TokenType.SPACE, from, at);
      return;
    }
    switch (c) {
      case '=' -> single(TokenType.ASSIGN);
      case '|' -> single(TokenType.PIPE);
      case ',' -> single(TokenType.COMMA);
      case '(' -> {
        single(TokenType.LEFT);
        parentheses++;
      }
      case ')' -> {
        if (--parentheses < 0) {
          throw fault(at, "unexpected right paren");
        }
        single(TokenType.RIGHT);
      }
      case ':' -> {
        if (!text.startsWith(":=", at)) {
          throw fault(at, "expected :=");
        }
        at += 2;
        add(TokenType.DECLARE, from, at);
      }
      case '"' -> quoted(TokenType.STRING, "unterminated quoted string");
      case '\'' -> quoted(TokenType.CHARACTER, "unterminated character constant");
      case '`' -> raw();
      case '$' -> name(TokenType.VARIABLE, TokenType.VARIABLE);
      case '.' -> {
        if (at + 1 < text.length() && isDigit(text.charAt(at + 1))) {
          number();
        } else {
          name(TokenType.FIELD, TokenType.DOT);
        }
      }
      default -> {
        if (c == '+' || c == '-' || isDigit(c)) {
          number();
        } else if (isNameRune(at)) {
          identifier();
        } else {
          throw new TemplateException(
              prefix(at) + "unrecognized character in action: %s", unicode(at));
        }
      }
    }
  }

  private void single(TokenType type) {
    add(type, at, at + 1);
    at++;
  }

  private void quoted(TokenType type, String error) {
    int from = at;
    char quote = text.charAt(at);
    for (at++; at < text.length() && text.charAt(at) != '\n'; at++) {
      char c = text.charAt(at);
      if (c == '\\' && at + 1 < text.length() && text.charAt(at + 1) != '\n') {
        at++;
      } else if (c == quote) {
        at++;
        add(type, from, at);
        return;
      }
    }
    throw fault(from, error);
  }

  private void raw() {
    int end = text.indexOf('`', at + 1);
    if (end < 0) {
      throw fault(at, "unterminated raw quoted string");
    }
    add(TokenType.RAW_STRING, at, end + 1);
    at = end + 1;
  }

  /** A sign and the name behind it; or the sign alone. */
  private void name(TokenType named, TokenType alone) {
    int from = at++;
    while (at < text.length() && isNameRune(at)) {
      at += GoString.width(text, at);
    }
    requireTerminator();
    add(at == from + 1 ? alone : named, from, at);
  }

  private void identifier() {
    int from = at;
    while (at < text.length() && isNameRune(at)) {
      at += GoString.width(text, at);
    }
    requireTerminator();
    String word = text.substring(from, at);
    TokenType type =
        switch (word) {
          case "true", "false" -> TokenType.BOOL;
          case "nil" -> TokenType.NIL;
          default -> KEYWORDS.contains(word) ? TokenType.KEYWORD : TokenType.IDENTIFIER;
        };
    add(type, from, at);
  }

  private void requireTerminator() {
    if (at < text.length()
        && !isSpace(at)
        && ".,|:)(".indexOf(text.charAt(at)) < 0
        && !text.startsWith("}}", at)) {
      throw new TemplateException(prefix(at) + "bad character %s", unicode(at));
    }
  }

  private void number() {
    int from = at;
    boolean whole = scanNumber();
    if (whole && at < text.length() && "+-".indexOf(text.charAt(at)) >= 0) {
      whole = scanNumber() && text.charAt(at - 1) == 'i';
    }
    if (!whole) {
      at = Math.min(text.length(), at + 1);
      throw new TemplateException(
          prefix(from) + "bad number syntax: \"%s\"", GoString.java(text.substring(from, at)));
    }
    add(TokenType.NUMBER, from, at);
  }

  private boolean scanNumber() {
    accept("+-", 1);
    String digits = "0123456789_";
    boolean hex = false;
    boolean decimal = true;
    if (accept("0", 1)) {
      if (accept("xX", 1)) {
        digits = "0123456789abcdefABCDEF_";
        hex = true;
        decimal = false;
      } else if (accept("oO", 1)) {
        digits = "01234567_";
        decimal = false;
      } else if (accept("bB", 1)) {
        digits = "01_";
        decimal = false;
      }
    }
    accept(digits, Integer.MAX_VALUE);
    if (accept(".", 1)) {
      accept(digits, Integer.MAX_VALUE);
    }
    if ((decimal && accept("eE", 1)) || (hex && accept("pP", 1))) {
      accept("+-", 1);
      accept("0123456789_", Integer.MAX_VALUE);
    }
    accept("i", 1);
    return at >= text.length() || !isNameRune(at);
  }

  private boolean accept(String wanted, int most) {
    int from = at;
    while (at < text.length() && at - from < most && wanted.indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at > from;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private boolean isNameRune(int index) {
    int rune = GoString.rune(text, index);
    return rune == '_' || Character.isLetter(rune) || Character.isDigit(rune);
  }

  private void add(TokenType type, int from, int to) {
    if (tokens.size() >= MAX_TOKENS) {
      throw new TemplateException("it has more than " + MAX_TOKENS + " words");
    }
    tokens.add(new Token(type, text.substring(from, to), from));
  }

  private String unicode(int index) {
    int rune = GoString.rune(text, index);
    return "U+%04X".formatted(rune)
        + (GoString.printable(rune) ? " '" + Character.toString(rune) + "'" : "");
  }

  private TemplateException fault(int index, String message) {
    return new TemplateException(prefix(index) + message);
  }

  private String prefix(int index) {
    return line(text, index) + ": ";
  }

  /** The number of the line that holds the byte at {@code index}, from 1. */
  public static int line(String text, int index) {
    return 1
        + (int)
            text.substring(0, Math.min(index, text.length()))
                .chars()
                .filter(c -> c == '\n')
                .count();
  }
}
