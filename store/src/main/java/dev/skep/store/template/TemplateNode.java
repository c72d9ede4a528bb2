package dev.skep.store.template;

import java.util.List;

/** A piece of a parsed template. */
sealed interface TemplateNode {
  /** Text that stands for itself. */
  record Text(String text) implements TemplateNode {}

  /** The value of a pipeline. */
  record Output(Pipeline pipeline) implements TemplateNode {}

  /** What follows if, range or with, up to its end. */
  record Block(
      String keyword, Pipeline pipeline, List<TemplateNode> body, List<TemplateNode> otherwise)
      implements TemplateNode {}

  /** Commands, each of which gets the value of the one before as its last argument. */
  record Pipeline(List<List<Term>> commands) {}

  /** A word of a command. */
  sealed interface Term {
    /** A text, number or truth value. */
    record Literal(Object value) implements Term {}

    /**
     * Fields, one in another, of the dot or, when absolute, of what the template began with; none
     * is the thing itself.
     */
    record Path(boolean absolute, List<String> names) implements Term {}

    record Function(String name) implements Term {}

    /** A pipeline in parentheses. */
    record Group(Pipeline pipeline) implements Term {}
  }
}
