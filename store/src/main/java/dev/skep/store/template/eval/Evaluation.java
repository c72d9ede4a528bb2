package dev.skep.store.template.eval;

import dev.skep.store.template.TemplateException;
import dev.skep.store.template.parse.TemplateNode.Command;
import dev.skep.store.template.parse.TemplateNode.Pipeline;
import dev.skep.store.template.parse.TemplateNode.Source;
import dev.skep.store.template.parse.TemplateNode.Term;
import dev.skep.store.template.printf.Sprint;
import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Value;
import dev.skep.store.template.value.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The values of pipelines, commands and terms within one template. */
final class Evaluation {
  /** What is wrong, where, and in which template. */
  static final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1;

    final transient TemplateException because;
    final transient Source source;
    final String in;

    Fault(TemplateException because, Source source, String in) {
      super(because.getMessage(), null, false, false);
      this.because = because;
      this.source = source;
      this.in = in;
    }
  }

  private final String name;
  private final Variables variables;
  private final Functions functions;
  private final Work work;

  Evaluation(String name, Value root, Functions functions, Work work) {
    this.name = name;
    this.variables = new Variables(root);
    this.functions = functions;
    this.work = work;
  }

  Variables variables() {
    return variables;
  }

  Fault fault(Source source, TemplateException because) {
    return new Fault(because, source, name);
  }

  Value value(Pipeline pipeline, Value dot) {
    return value(pipeline, dot, true);
  }

  /**
   * @param declares whether its variables get the value; those of a loop get the elements
   */
  Value value(Pipeline pipeline, Value dot, boolean declares) {
    Value value = Value.Nothing.NOTHING;
    boolean first = true;
    for (Command command : pipeline.commands()) {
      value = value(command, dot, first ? null : value);
      first = false;
    }
    for (String variable : declares ? pipeline.variables() : List.<String>of()) {
      if (pipeline.assigns()) {
        Value assigned = value;
        at(
            pipeline.source(),
            () -> {
              variables.set(variable, assigned);
              return assigned;
            });
      } else {
        variables.declare(variable, value);
      }
    }
    return value;
  }

  private Value value(Command command, Value dot, @Nullable Value last) {
    work.step();
    Term head = command.terms().getFirst();
    List<Term> words = command.terms().subList(1, command.terms().size());
    boolean alone = words.isEmpty() && last == null;
    switch (head) {
      case Term.Function function -> {
        return call(function.name(), words, dot, last, command.source());
      }
      case Term.Fields fields when !alone ->
          throw hasArguments(fields.source(), fields.names().getLast());
      case Term.Chain chain when !alone ->
          throw hasArguments(chain.source(), chain.fields().getLast());
      case Term.Variable variable when !alone && !variable.fields().isEmpty() ->
          throw hasArguments(variable.source(), variable.fields().getLast());
      case Term.Nil nil -> throw fault(nil.source(), new TemplateException("nil is not a command"));
      case Term.Constant _, Term.Dot _, Term.Fields _, Term.Variable _, Term.Chain _, Term.Group _
          when !alone ->
          throw fault(head.source(), new TemplateException("can't give argument to non-function"));
      case Term.Constant _,
          Term.Dot _,
          Term.Fields _,
          Term.Variable _,
          Term.Chain _,
          Term.Group _ -> {
        return value(head, dot);
      }
    }
  }

  private Fault hasArguments(Source source, String field) {
    return fault(
        source,
        new TemplateException(
            "%s has arguments but cannot be invoked as function", GoString.java(field)));
  }

  private Value call(
      String function, List<Term> words, Value dot, @Nullable Value last, Source source) {
    if (function.equals("and") || function.equals("or")) {
      return pick(function, words, dot, last, source);
    }
    List<Value> arguments = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      Term word = words.get(i);
      Value argument = value(word, dot);
      if (functions.wantsText(function, i) && !(argument instanceof Value.Text)) {
        throw fault(word.source(), notText(word, argument));
      }
      arguments.add(argument);
    }
    if (last != null) {
      if (functions.wantsText(function, words.size()) && !(last instanceof Value.Text)) {
        throw fault(
            source,
            new TemplateException("wrong type for value; expected string; got " + last.typeName()));
      }
      arguments.add(last);
    }
    return at(source, () -> functions.call(function, arguments));
  }

  private static TemplateException notText(Term word, Value value) {
    return switch (word) {
      case Term.Constant _ ->
          new TemplateException("expected string; found %s", new Sprint(new Work()).printed(value));
      case Term.Nil _ -> new TemplateException("cannot assign nil to string");
      case Term.Dot _,
          Term.Fields _,
          Term.Variable _,
          Term.Function _,
          Term.Chain _,
          Term.Group _ ->
          new TemplateException("wrong type for value; expected string; got " + value.typeName());
    };
  }

  /** The first argument that decides; those behind it are not looked at. */
  private Value pick(
      String function, List<Term> words, Value dot, @Nullable Value last, Source source) {
    boolean wanted = function.equals("or");
    Value value = last;
    for (Term word : words) {
      value = value(word, dot);
      if (value.truth() == wanted) {
        return value;
      }
    }
    if (value == null) {
      throw fault(source, Functions.tooFew(function, 1, 0));
    }
    return last == null ? value : last;
  }

  private Value value(Term term, Value dot) {
    return switch (term) {
      case Term.Constant constant -> constant.value();
      case Term.Nil _ -> Value.Nothing.NOTHING;
      case Term.Dot _ -> dot;
      case Term.Fields fields -> field(dot, fields.names(), fields.source());
      case Term.Variable variable ->
          field(
              at(variable.source(), () -> variables.get(variable.name())),
              variable.fields(),
              variable.source());
      case Term.Function function -> call(function.name(), List.of(), dot, null, function.source());
      case Term.Chain chain -> field(value(chain.of(), dot), chain.fields(), chain.source());
      case Term.Group group -> value(group.pipeline(), dot);
    };
  }

  private Value at(Source source, Supplier<Value> action) {
    try {
      return action.get();
    } catch (TemplateException e) {
      throw fault(source, e);
    }
  }

  private Value field(Value from, List<String> names, Source source) {
    Value at = from;
    for (String field : names) {
      at = field(at, field, source);
    }
    return at;
  }

  private Value field(Value at, String field, Source source) {
    String shown = GoString.java(field);
    return switch (at) {
      case Value.Struct struct when struct.fields().containsKey(field) ->
          struct.fields().getOrDefault(field, Value.Nothing.NOTHING);
      case Value.Dict dict when dict.texts().containsKey(field) ->
          new Value.Text(dict.texts().getOrDefault(field, ""));
      case Value.Dict _ ->
          throw fault(source, new TemplateException("map has no entry for key \"%s\"", shown));
      case Value.Nothing _ ->
          throw fault(source, new TemplateException("nil data; no entry for key \"%s\"", shown));
      case Value.Struct _, Value.Text _, Value.Int _, Value.Real _, Value.Bool _, Value.Items _ ->
          throw fault(
              source,
              new TemplateException("can't evaluate field %s in type " + at.typeName(), shown));
    };
  }
}
