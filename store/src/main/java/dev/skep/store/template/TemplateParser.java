package dev.skep.store.template;

import dev.skep.store.template.TemplateNode.Block;
import dev.skep.store.template.TemplateNode.Output;
import dev.skep.store.template.TemplateNode.Pipeline;
import dev.skep.store.template.TemplateNode.Term;
import dev.skep.store.template.TemplateNode.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/** Reads a template into nodes; its errors say what is wrong and leave the template's name open. */
final class TemplateParser {
  private static final Set<String> BLOCKS = Set.of("if", "range", "with");
  private static final Set<String> UNSUPPORTED =
      Set.of("define", "template", "block", "break", "continue");

  /** A template that is nested deeper was not written by a person. */
  private static final int MAX_DEPTH = 50;

  private static final int SHOWN = 20;

  /** A block that has not ended yet. */
  private static final class Open {
    final String keyword;
    final Pipeline pipeline;
    final List<TemplateNode> body = new ArrayList<>();
    final List<TemplateNode> otherwise = new ArrayList<>();

    /** An else-if ends with the block that it belongs to. */
    final boolean elseIf;

    boolean inElse;

    Open(String keyword, Pipeline pipeline, boolean elseIf) {
      this.keyword = keyword;
      this.pipeline = pipeline;
      this.elseIf = elseIf;
    }
  }

  private final String text;
  private final List<TemplateNode> nodes = new ArrayList<>();
  private final Deque<Open> open = new ArrayDeque<>();

  private TemplateParser(String text) {
    this.text = text;
  }

  static List<TemplateNode> parse(String text) {
    TemplateParser parser = new TemplateParser(text);
    parser.parse();
    return parser.nodes;
  }

  private void parse() {
    int at = 0;
    boolean trimNext = false;
    while (true) {
      int begin = text.indexOf("{{", at);
      String literal = text.substring(at, begin < 0 ? text.length() : begin);
      if (trimNext) {
        literal = literal.stripLeading();
      }
      boolean trimBefore = begin >= 0 && text.startsWith("{{- ", begin);
      add(new Text(trimBefore ? literal.stripTrailing() : literal));
      if (begin < 0) {
        break;
      }
      int close = close(begin + 2);
      String action = text.substring(begin + (trimBefore ? 3 : 2), close).strip();
      trimNext = action.endsWith(" -");
      action(trimNext ? action.substring(0, action.length() - 2).strip() : action);
      at = close + 2;
    }
    if (!open.isEmpty()) {
      throw new TemplateException(open.peek().keyword + " without end");
    }
  }

  private void add(TemplateNode node) {
    Open block = open.peek();
    List<TemplateNode> into = block == null ? nodes : block.inElse ? block.otherwise : block.body;
    into.add(node);
  }

  private void action(String action) {
    if (action.startsWith("/*") && action.endsWith("*/")) {
      return;
    }
    String word = action.split("\\s", 2)[0];
    String rest = action.substring(word.length()).strip();
    if (BLOCKS.contains(word)) {
      begin(word, rest, false);
    } else if (word.equals("else")) {
      otherwise(rest);
    } else if (word.equals("end")) {
      end();
    } else if (UNSUPPORTED.contains(word)) {
      throw new TemplateException("\"" + word + "\" is not supported");
    } else {
      add(new Output(pipeline(action)));
    }
  }

  private void begin(String keyword, String rest, boolean elseIf) {
    if (open.size() >= MAX_DEPTH) {
      throw new TemplateException("blocks nested deeper than " + MAX_DEPTH);
    }
    open.push(new Open(keyword, pipeline(rest), elseIf));
  }

  private void otherwise(String rest) {
    Open block = open.peek();
    if (block == null || block.inElse) {
      throw new TemplateException("unexpected else");
    }
    block.inElse = true;
    if (!rest.isEmpty()) {
      String word = rest.split("\\s", 2)[0];
      if (!word.equals("if") && !word.equals("with")) {
        throw new TemplateException("unexpected word after else");
      }
      begin(word, rest.substring(word.length()).strip(), true);
    }
  }

  private void end() {
    boolean more = true;
    while (more) {
      if (open.isEmpty()) {
        throw new TemplateException("unexpected end");
      }
      Open block = open.pop();
      add(new Block(block.keyword, block.pipeline, block.body, block.otherwise));
      more = block.elseIf;
    }
  }

  /** Where the action's closing braces are; braces inside quotes do not close it. */
  private int close(int from) {
    if (text.startsWith("/*", from) || text.startsWith("- /*", from)) {
      int end = text.indexOf("*/", from);
      int close = end < 0 ? -1 : text.indexOf("}}", end);
      if (close >= 0) {
        return close;
      }
      throw new TemplateException("unclosed comment");
    }
    char quote = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == '\\' && quote == '"') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '"' || c == '`') {
        quote = c;
      } else if (c == '}' && text.startsWith("}}", i)) {
        return i;
      }
    }
    throw new TemplateException("unclosed action");
  }

  private static Pipeline pipeline(String action) {
    Words words = new Words(action);
    Pipeline pipeline = words.pipeline(0);
    if (words.more()) {
      throw new TemplateException("unexpected \")\"");
    }
    return pipeline;
  }

  /** Reads one action's words. */
  private static final class Words {
    private final String action;
    private int at;

    Words(String action) {
      this.action = action;
    }

    boolean more() {
      return at < action.length();
    }

    /** Up to the end or a closing parenthesis. */
    Pipeline pipeline(int depth) {
      if (depth > MAX_DEPTH) {
        throw new TemplateException("parentheses nested deeper than " + MAX_DEPTH);
      }
      List<List<Term>> commands = new ArrayList<>();
      List<Term> words = new ArrayList<>();
      while (more() && action.charAt(at) != ')') {
        char c = action.charAt(at);
        if (Character.isWhitespace(c)) {
          at++;
        } else if (c == '|') {
          at++;
          commands.add(complete(words));
          words = new ArrayList<>();
        } else if (c == '(') {
          at++;
          words.add(new Term.Group(pipeline(depth + 1)));
          if (!more()) {
            throw new TemplateException("unclosed \"(\"");
          }
          at++;
        } else if (c == '"' || c == '`') {
          words.add(new Term.Literal(quoted(c)));
        } else {
          words.add(word());
        }
      }
      commands.add(complete(words));
      return new Pipeline(commands);
    }

    private static List<Term> complete(List<Term> words) {
      if (words.isEmpty()) {
        throw new TemplateException("missing value for command");
      }
      return words;
    }

    private String quoted(char quote) {
      int from = ++at;
      while (at < action.length() && action.charAt(at) != quote) {
        at += action.charAt(at) == '\\' && quote == '"' ? 2 : 1;
      }
      if (at >= action.length()) {
        throw new TemplateException("unterminated quoted string");
      }
      String inner = action.substring(from, at++);
      if (quote == '`') {
        return inner;
      }
      try {
        return inner.translateEscapes();
      } catch (IllegalArgumentException e) {
        throw new TemplateException("invalid escape in a quoted string");
      }
    }

    private Term word() {
      int from = at;
      while (at < action.length()
          && !Character.isWhitespace(action.charAt(at))
          && "|()\"`".indexOf(action.charAt(at)) < 0) {
        at++;
      }
      String word = action.substring(from, at);
      if (word.equals("true") || word.equals("false")) {
        return new Term.Literal(Boolean.valueOf(word));
      }
      if (word.matches("-?\\d{1,18}")) {
        return new Term.Literal(Long.valueOf(word));
      }
      if (word.matches("\\$?\\.|\\$|\\$?(\\.\\w+)+")) {
        String names = word.startsWith("$") ? word.substring(1) : word;
        return new Term.Path(
            word.startsWith("$"),
            names.length() < 2 ? List.of() : List.of(names.substring(1).split("\\.")));
      }
      if (word.matches("[a-zA-Z]\\w*")) {
        return new Term.Function(word);
      }
      throw new TemplateException(
          "unexpected \"" + word.substring(0, Math.min(SHOWN, word.length())) + "\"");
    }
  }
}
