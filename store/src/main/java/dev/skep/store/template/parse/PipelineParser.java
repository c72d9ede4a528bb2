package dev.skep.store.template.parse;

import dev.skep.store.template.TemplateException;
import dev.skep.store.template.parse.TemplateNode.Command;
import dev.skep.store.template.parse.TemplateNode.Pipeline;
import dev.skep.store.template.parse.TemplateNode.Source;
import dev.skep.store.template.parse.TemplateNode.Term;
import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads what is between the braces of an action: declarations, commands, words. */
final class PipelineParser {
  private final TokenReader words;
  private final Set<String> functions;

  /** The variables that are known where the reading stands. */
  private final List<String> variables = new ArrayList<>(List.of("$"));

  private int depth;

  PipelineParser(TokenReader words, Set<String> functions) {
    this.words = words;
    this.functions = functions;
  }

  int variables() {
    return variables.size();
  }

  void forget(int mark) {
    variables.subList(mark, variables.size()).clear();
  }

  /**
   * Up to the end, which is read too.
   *
   * @param context what errors call the place
   */
  Pipeline read(String context, TokenType end) {
    Token first = words.peekWord();
    List<String> declared = new ArrayList<>();
    boolean assigns = declarations(context, declared);
    List<Command> commands = new ArrayList<>();
    while (true) {
      Token token = words.peekWord();
      if (token.is(end)) {
        Source source = new Source(first.at(), Math.max(first.at(), words.readTo()));
        words.nextWord();
        require(context, commands, token);
        return new Pipeline(List.copyOf(declared), assigns, List.copyOf(commands), source);
      }
      if (!beginsTerm(token)) {
        throw words.unexpected(token, context);
      }
      commands.add(command());
    }
  }

  private void require(String context, List<Command> commands, Token end) {
    if (commands.isEmpty()) {
      throw words.fault(end, "missing value for " + context);
    }
    for (int i = 1; i < commands.size(); i++) {
      switch (commands.get(i).terms().getFirst()) {
        case Term.Constant _, Term.Nil _, Term.Dot _ ->
            throw words.fault(end, "non executable command in pipeline stage " + (i + 1));
        case Term.Fields _, Term.Variable _, Term.Function _, Term.Chain _, Term.Group _ -> {}
      }
    }
  }

  /** Reads {@code $x :=}, {@code $x =} or, in a range, {@code $k, $v :=}; whether it assigns. */
  private boolean declarations(String context, List<String> declared) {
    while (words.peekWord().is(TokenType.VARIABLE)) {
      Token variable = words.next();
      Token next = words.peekWord();
      if (next.is(TokenType.DECLARE) || next.is(TokenType.ASSIGN)) {
        words.nextWord();
        declare(variable, declared);
        return next.is(TokenType.ASSIGN);
      }
      if (!next.is(TokenType.COMMA)) {
        words.back(variable);
        return false;
      }
      words.nextWord();
      declare(variable, declared);
      if (!context.equals("range") || declared.size() > 1) {
        throw words.fault(variable, "too many declarations in " + context);
      }
      if (!words.peekWord().is(TokenType.VARIABLE)) {
        throw words.fault(variable, "range can only initialize variables");
      }
    }
    return false;
  }

  private void declare(Token variable, List<String> declared) {
    declared.add(variable.text());
    variables.add(variable.text());
  }

  private static boolean beginsTerm(Token token) {
    return switch (token.type()) {
      case BOOL,
          CHARACTER,
          DOT,
          FIELD,
          IDENTIFIER,
          NUMBER,
          NIL,
          STRING,
          RAW_STRING,
          VARIABLE,
          LEFT ->
          true;
      default -> false;
    };
  }

  /** TokenReader up to a pipe, which is read, or the pipeline's end, which is not. */
  private Command command() {
    List<Term> terms = new ArrayList<>();
    Token first = words.peekWord();
    while (true) {
      words.peekWord();
      Term operand = operand();
      if (operand != null) {
        terms.add(operand);
      }
      Source source = new Source(first.at(), words.readTo());
      Token token = words.peek();
      switch (token.type()) {
        case SPACE -> {
          words.next();
          continue;
        }
        case CLOSE, RIGHT -> {}
        case PIPE -> words.next();
        default -> throw words.unexpected(token, "operand");
      }
      if (terms.isEmpty()) {
        throw words.fault(token, "empty command");
      }
      int last = terms.getLast().source().to();
      return new Command(List.copyOf(terms), new Source(source.from(), last));
    }
  }

  /** A term with the fields behind it; null where there is none. */
  private @Nullable Term operand() {
    Token first = words.peek();
    Term term = term();
    if (term == null || !words.peek().is(TokenType.FIELD)) {
      return term;
    }
    List<String> fields = new ArrayList<>();
    while (words.peek().is(TokenType.FIELD)) {
      fields.add(words.next().text().substring(1));
    }
    Source source = new Source(term.source().from(), words.readTo());
    return switch (term) {
      case Term.Fields own -> {
        fields.addAll(0, own.names());
        yield new Term.Fields(List.copyOf(fields), source);
      }
      case Term.Variable variable -> {
        fields.addAll(0, variable.fields());
        yield new Term.Variable(variable.name(), List.copyOf(fields), source);
      }
      case Term.Constant _, Term.Nil _, Term.Dot _ ->
          throw words.fault(first, "unexpected . after term %s", GoString.java(first.text()));
      case Term.Function _, Term.Chain _, Term.Group _ ->
          new Term.Chain(term, List.copyOf(fields), source);
    };
  }

  private @Nullable Term term() {
    Token token = words.peek();
    if (!beginsTerm(token)) {
      return null;
    }
    words.next();
    String text = token.text();
    Source source = new Source(token.at(), token.at() + text.length());
    return switch (token.type()) {
      case IDENTIFIER -> {
        if (!functions.contains(text)) {
          throw words.fault(token, "function \"%s\" not defined", GoString.java(text));
        }
        yield new Term.Function(text, source);
      }
      case DOT -> new Term.Dot(source);
      case NIL -> new Term.Nil(source);
      case VARIABLE -> {
        if (!variables.contains(text)) {
          throw words.fault(token, "undefined variable \"%s\"", GoString.java(text));
        }
        yield new Term.Variable(text, List.of(), source);
      }
      case FIELD -> new Term.Fields(List.of(text.substring(1)), source);
      case BOOL -> new Term.Constant(Value.of(text.equals("true")), source);
      case LEFT -> group(token);
      case NUMBER -> constant(token, () -> Literals.number(text), source);
      case CHARACTER -> constant(token, () -> Literals.character(text), source);
      default -> new Term.Constant(new Value.Text(unquoted(token)), source);
    };
  }

  private Term constant(Token token, Supplier<Value> read, Source source) {
    try {
      return new Term.Constant(read.get(), source);
    } catch (TemplateException e) {
      throw new TokenReader.Fault(e, token.at());
    }
  }

  private Term group(Token open) {
    if (++depth > TemplateParser.MAX_DEPTH) {
      throw words.fault(open, "parentheses nested deeper than " + TemplateParser.MAX_DEPTH);
    }
    Pipeline pipeline = read("parenthesized pipeline", TokenType.RIGHT);
    depth--;
    return new Term.Group(pipeline, new Source(open.at(), words.readTo()));
  }

  /** The text that a quoted word stands for. */
  String unquoted(Token token) {
    try {
      return Literals.unquote(token.text());
    } catch (TemplateException e) {
      throw new TokenReader.Fault(e, token.at());
    }
  }
}
