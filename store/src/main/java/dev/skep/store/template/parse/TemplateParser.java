package dev.skep.store.template.parse;

import dev.skep.store.template.parse.TemplateNode.Block;
import dev.skep.store.template.parse.TemplateNode.Call;
import dev.skep.store.template.parse.TemplateNode.Jump;
import dev.skep.store.template.parse.TemplateNode.Keyword;
import dev.skep.store.template.parse.TemplateNode.Literal;
import dev.skep.store.template.parse.TemplateNode.Output;
import dev.skep.store.template.parse.TemplateNode.Pipeline;
import dev.skep.store.template.parse.TemplateNode.Sequence;
import dev.skep.store.template.parse.TemplateNode.Source;
import dev.skep.store.template.value.GoString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a template into nodes; what is between the braces of one action is read by PipelineParser.
 */
public final class TemplateParser {
  /** A template that is nested deeper was not written by a person. */
  static final int MAX_DEPTH = 100;

  /** A template and those that it defines. */
  public record Parsed(Sequence main, Map<String, Sequence> named) {}

  /** What ended a list of nodes. */
  private enum Stop {
    END,
    ELSE,
    END_OF_TEXT
  }

  private record Listed(Sequence nodes, Stop stop, Token at) {}

  private final String text;
  private final TokenReader words;
  private final Set<String> functions;
  private final Map<String, Sequence> named = new HashMap<>();
  private PipelineParser pipelines;
  private int depth;
  private int ranges;

  private TemplateParser(String text, Set<String> functions) {
    this.text = text;
    this.words = new TokenReader(Lexer.tokens(text));
    this.functions = functions;
    this.pipelines = new PipelineParser(words, functions);
  }

  /**
   * Throws TemplateException, whose message begins with the line's number.
   *
   * @param functions the names of those that there are
   */
  public static Parsed parse(String text, Set<String> functions) {
    TemplateParser parser = new TemplateParser(text, functions);
    try {
      return new Parsed(parser.main(), parser.named);
    } catch (TokenReader.Fault e) {
      throw e.because.after(Lexer.line(text, e.at) + ": ");
    }
  }

  private Sequence main() {
    List<TemplateNode> nodes = new ArrayList<>();
    while (!words.peek().is(TokenType.END)) {
      if (words.peek().is(TokenType.OPEN) && words.second().keyword("define")) {
        define();
      } else {
        Listed listed = list(nodes);
        if (listed.stop == Stop.END_OF_TEXT) {
          break;
        }
        throw words.fault(listed.at, "unexpected {{" + listed.at.text() + "}}");
      }
    }
    return new Sequence(List.copyOf(nodes));
  }

  private void define() {
    words.next();
    words.nextWord();
    Token name = words.nextWord();
    if (!name.is(TokenType.STRING) && !name.is(TokenType.RAW_STRING)) {
      throw words.unexpected(name, "define clause");
    }
    close("define clause");
    keep(name, apart(name, "define clause"));
  }

  /**
   * The body of a named template, up to its end: variables and loops outside are not seen there.
   */
  private Sequence apart(Token at, String context) {
    PipelineParser outerPipelines = pipelines;
    int outerRanges = ranges;
    pipelines = new PipelineParser(words, functions);
    ranges = 0;
    deeper(at);
    Listed body = list(new ArrayList<>());
    depth--;
    ranges = outerRanges;
    pipelines = outerPipelines;
    if (body.stop == Stop.END) {
      close("end");
      return body.nodes;
    }
    throw body.stop == Stop.END_OF_TEXT
        ? words.fault(body.at, "unexpected EOF")
        : words.fault(body.at, "unexpected {{else}} in " + context);
  }

  private void keep(Token token, Sequence body) {
    String name = pipelines.unquoted(token);
    Sequence present = named.get(name);
    if (present == null || blank(present)) {
      named.put(name, body);
    } else if (!blank(body)) {
      throw words.fault(
          token, "template: multiple definition of template \"%s\"", GoString.java(name));
    }
  }

  /** Go lets an empty definition be overridden. */
  private static boolean blank(Sequence body) {
    return body.nodes().stream()
        .allMatch(node ->
            node instanceof Literal literal
                && literal.text().chars().allMatch(c -> " \t\r\n".indexOf(c) >= 0));
  }

  /** Nodes up to an end or else that is not theirs, of which the word itself is read. */
  private Listed list(List<TemplateNode> nodes) {
    while (true) {
      Token token = words.next();
      switch (token.type()) {
        case END -> {
          return new Listed(new Sequence(List.copyOf(nodes)), Stop.END_OF_TEXT, token);
        }
        case TEXT -> nodes.add(new Literal(token.text()));
        case OPEN -> {
          Token word = words.peekWord();
          if (word.keyword("end") || word.keyword("else")) {
            words.nextWord();
            return new Listed(
                new Sequence(List.copyOf(nodes)), word.keyword("end") ? Stop.END : Stop.ELSE, word);
          }
          if (word.keyword("define") && depth == 0) {
            words.back(token);
            define();
          } else {
            TemplateNode node = action(token, word);
            nodes.add(node);
          }
        }
        default -> throw words.unexpected(token, "input");
      }
    }
  }

  private TemplateNode action(Token open, Token word) {
    if (!word.is(TokenType.KEYWORD)) {
      return new Output(pipelines.read("command", TokenType.CLOSE));
    }
    words.nextWord();
    return switch (word.text()) {
      case "if" -> block(word, Keyword.IF);
      case "with" -> block(word, Keyword.WITH);
      case "range" -> block(word, Keyword.RANGE);
      case "break", "continue" -> jump(word);
      case "template" -> call(open);
      case "block" -> definedCall(open);
      default -> throw words.unexpected(word, "command");
    };
  }

  private TemplateNode jump(Token word) {
    String shown = "{{" + word.text() + "}}";
    close(shown);
    if (ranges == 0) {
      throw words.fault(word, shown + " outside {{range}}");
    }
    return new Jump(word.text().equals("break"));
  }

  private TemplateNode block(Token word, Keyword keyword) {
    deeper(word);
    int mark = pipelines.variables();
    Pipeline pipeline = pipelines.read(word.text(), TokenType.CLOSE);
    ranges += keyword == Keyword.RANGE ? 1 : 0;
    Listed body = list(new ArrayList<>());
    ranges -= keyword == Keyword.RANGE ? 1 : 0;
    Sequence otherwise = Sequence.EMPTY;
    if (body.stop == Stop.ELSE) {
      otherwise = otherwise(keyword);
    } else if (body.stop == Stop.END) {
      close("end");
    } else {
      throw words.fault(body.at, "unexpected EOF");
    }
    pipelines.forget(mark);
    depth--;
    return new Block(keyword, pipeline, body.nodes, otherwise);
  }

  /** What follows else, up to the end; an else-if ends with the block that it belongs to. */
  private Sequence otherwise(Keyword keyword) {
    Token next = words.peekWord();
    if ((keyword == Keyword.IF && next.keyword("if"))
        || (keyword == Keyword.WITH && next.keyword("with"))) {
      words.nextWord();
      return new Sequence(List.of(block(next, keyword)));
    }
    if (next.keyword("if") || next.keyword("with")) {
      throw words.unexpected(next, "input");
    }
    close("else");
    Listed rest = list(new ArrayList<>());
    switch (rest.stop) {
      case END -> close("end");
      case ELSE -> throw words.fault(rest.at, "expected end; found {{else}}");
      case END_OF_TEXT -> throw words.fault(rest.at, "unexpected EOF");
    }
    return rest.nodes;
  }

  private Call call(Token open) {
    Token name = words.nextWord();
    if (!name.is(TokenType.STRING) && !name.is(TokenType.RAW_STRING)) {
      throw words.unexpected(name, "template clause");
    }
    return new Call(pipelines.unquoted(name), argument("template clause"), source(open));
  }

  private @Nullable Pipeline argument(String context) {
    if (words.peekWord().is(TokenType.CLOSE)) {
      words.nextWord();
      return null;
    }
    return pipelines.read(context, TokenType.CLOSE);
  }

  private Call definedCall(Token open) {
    Token name = words.nextWord();
    if (!name.is(TokenType.STRING) && !name.is(TokenType.RAW_STRING)) {
      throw words.unexpected(name, "block clause");
    }
    Pipeline argument = pipelines.read("block clause", TokenType.CLOSE);
    Source source = source(open);
    keep(name, apart(name, "block clause"));
    return new Call(pipelines.unquoted(name), argument, source);
  }

  /** From the action's begin to where it was read. */
  private Source source(Token open) {
    return new Source(open.at(), Math.min(text.length(), words.readTo()));
  }

  private void close(String context) {
    Token token = words.nextWord();
    if (!token.is(TokenType.CLOSE)) {
      throw words.unexpected(token, context);
    }
  }

  private void deeper(Token at) {
    if (++depth > MAX_DEPTH) {
      throw words.fault(at, "blocks nested deeper than " + MAX_DEPTH);
    }
  }
}
