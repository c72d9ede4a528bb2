package dev.skep.store.template.parse;

import dev.skep.store.template.TemplateException;
import java.util.List;

/** The words of a template, one after another. */
final class TokenReader {
  /** What is wrong, and at which byte. */
  static final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1;

    final transient TemplateException because;
    final int at;

    Fault(TemplateException because, int at) {
      super(because.getMessage(), null, false, false);
      this.because = because;
      this.at = at;
    }
  }

  private final List<Token> tokens;
  private int next;

  /**
   * @param tokens the last is {@link TokenType#END}
   */
  TokenReader(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(Math.min(next, tokens.size() - 1));
  }

  /** The first word behind the next one that is no space. */
  Token second() {
    int at = next + 1;
    while (at < tokens.size() - 1 && tokens.get(at).is(TokenType.SPACE)) {
      at++;
    }
    return tokens.get(Math.min(at, tokens.size() - 1));
  }

  Token next() {
    Token token = peek();
    next++;
    return token;
  }

  Token peekWord() {
    while (peek().is(TokenType.SPACE)) {
      next++;
    }
    return peek();
  }

  Token nextWord() {
    peekWord();
    return next();
  }

  /** Goes back to a word that was read. */
  void back(Token token) {
    while (next > 0 && (next >= tokens.size() || tokens.get(next).at() != token.at())) {
      next--;
    }
  }

  /** Up to which byte the words were read. */
  int readTo() {
    Token last = tokens.get(Math.clamp(next - 1L, 0, tokens.size() - 1));
    return last.at() + last.text().length();
  }

  Fault fault(Token at, String pattern, Object... own) {
    return new Fault(new TemplateException(pattern, own), at.at());
  }

  Fault unexpected(Token token, String context) {
    return fault(token, "unexpected %s in " + context, token.shown());
  }
}
