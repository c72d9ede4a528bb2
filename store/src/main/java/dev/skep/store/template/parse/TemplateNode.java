package dev.skep.store.template.parse;

import dev.skep.store.template.value.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A piece of a parsed template. */
public sealed interface TemplateNode {
  /** A list of pieces, and where it began. */
  record Sequence(List<TemplateNode> nodes) {
    static final Sequence EMPTY = new Sequence(List.of());
  }

  /** Text that stands for itself. */
  record Literal(String text) implements TemplateNode {}

  /** The value of a pipeline; nothing is written when it declares or assigns a variable. */
  record Output(Pipeline pipeline) implements TemplateNode {}

  enum Keyword {
    IF,
    WITH,
    RANGE
  }

  record Block(Keyword keyword, Pipeline pipeline, Sequence body, Sequence otherwise)
      implements TemplateNode {}

  record Call(String name, @Nullable Pipeline argument, Source source) implements TemplateNode {}

  /** {@code break} or {@code continue}. */
  record Jump(boolean out) implements TemplateNode {}

  /** Where something stands in the template, for errors: from the first to before the last byte. */
  record Source(int from, int to) {}

  /**
   * Commands, each of which gets the value of the one before as its last argument.
   *
   * @param variables that get its value
   * @param assigns whether they are there already
   */
  record Pipeline(List<String> variables, boolean assigns, List<Command> commands, Source source) {}

  record Command(List<Term> terms, Source source) {}

  /** A word of a command. */
  sealed interface Term {
    Source source();

    record Constant(Value value, Source source) implements Term {}

    record Nil(Source source) implements Term {}

    record Dot(Source source) implements Term {}

    /** Fields, one in another, of the dot. */
    record Fields(List<String> names, Source source) implements Term {}

    /** A variable and maybe fields of it. */
    record Variable(String name, List<String> fields, Source source) implements Term {}

    record Function(String name, Source source) implements Term {}

    /** Fields of what a parenthesis or a function gives. */
    record Chain(Term of, List<String> fields, Source source) implements Term {}

    /** A pipeline in parentheses. */
    record Group(Pipeline pipeline, Source source) implements Term {}
  }
}
