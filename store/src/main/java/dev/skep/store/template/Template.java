package dev.skep.store.template;

import dev.skep.store.template.TemplateNode.Block;
import dev.skep.store.template.TemplateNode.Output;
import dev.skep.store.template.TemplateNode.Pipeline;
import dev.skep.store.template.TemplateNode.Term;
import dev.skep.store.template.TemplateNode.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Expands the templates that Swarm allows in a container's env, hostname and mounts, in network
 * aliases, and in templated secrets and configs.
 *
 * <p>It knows the part of Go's template language that such places use: fields ({@code
 * {{.Service.Name}}}), texts and numbers, pipes, parentheses, trim marks, comments, {@code if},
 * {@code with} and {@code range} with {@code else}, and the functions of {@link TemplateFunctions}.
 * Variables and named templates are refused, never passed on half-expanded.
 */
public final class Template {
  /** A template's text that an error shows at most. */
  private static final int SHOWN = 80;

  /** What a template may make at most, in characters: more than the largest config. */
  private static final int MAX_LENGTH = 4_000_000;

  private final TemplateScope.Fields root;
  private final Map<String, UnaryOperator<String>> functions;
  private final StringBuilder out = new StringBuilder();

  private Template(TemplateScope scope, Map<String, UnaryOperator<String>> functions) {
    this.root = scope.fields();
    this.functions = functions;
  }

  /** Throws TemplateException, which shows the template, when it cannot be expanded. */
  public static String expand(TemplateScope scope, String text) {
    try {
      return expanded(scope, text, Map.of());
    } catch (TemplateException e) {
      throw new TemplateException("template: " + e.getMessage() + " in " + shown(text));
    }
  }

  /**
   * Expands the data of a secret or config.
   *
   * @param name what errors call the text instead of showing it
   * @param secret whether errors must not show the text's own words either
   * @param functions further functions of one text, by name; they throw TemplateException when they
   *     cannot answer
   */
  public static String expandData(
      TemplateScope scope,
      String name,
      boolean secret,
      String text,
      Map<String, UnaryOperator<String>> functions) {
    try {
      return expanded(scope, text, functions);
    } catch (TemplateException e) {
      String message = String.valueOf(e.getMessage());
      throw new TemplateException(
          "template: cannot expand " + name + ": " + (secret ? masked(message) : message));
    }
  }

  /** Without the words in quotes: they are the text's own. */
  private static String masked(String message) {
    return message.replaceAll("(?s)\".*\"", "\"***\"");
  }

  private static String expanded(
      TemplateScope scope, String text, Map<String, UnaryOperator<String>> functions) {
    if (!text.contains("{{")) {
      return text;
    }
    Template template = new Template(scope, functions);
    template.write(TemplateParser.parse(text), template.root);
    return template.out.toString();
  }

  private void write(List<TemplateNode> nodes, Object dot) {
    for (TemplateNode node : nodes) {
      switch (node) {
        case Text literal -> out.append(literal.text());
        case Output output -> out.append(TemplateFunctions.shown(value(output.pipeline(), dot)));
        case Block block -> write(block, dot);
      }
      if (out.length() > MAX_LENGTH) {
        throw new TemplateException("it makes more than " + MAX_LENGTH + " characters");
      }
    }
  }

  private void write(Block block, Object dot) {
    Object value = value(block.pipeline(), dot);
    if (!TemplateFunctions.truth(value)) {
      write(block.otherwise(), dot);
    } else if (block.keyword().equals("range")) {
      elements(value).forEach(element -> write(block.body(), element));
    } else {
      write(block.body(), block.keyword().equals("with") ? value : dot);
    }
  }

  private static List<Object> elements(Object value) {
    return switch (value) {
      case List<?> list -> List.copyOf(list);
      case Map<?, ?> map -> List.copyOf(map.values());
      default -> throw new TemplateException("range wants a list or a map");
    };
  }

  private Object value(Pipeline pipeline, Object dot) {
    @Nullable Object value = null;
    for (List<Term> command : pipeline.commands()) {
      List<Object> args = new ArrayList<>();
      for (Term term : command.subList(1, command.size())) {
        args.add(value(term, dot));
      }
      if (value != null) {
        args.add(value);
      }
      value = call(command.getFirst(), args, dot);
    }
    if (value == null) {
      throw new TemplateException("missing value for command");
    }
    return value;
  }

  private Object call(Term head, List<Object> args, Object dot) {
    if (!(head instanceof Term.Function function)) {
      if (!args.isEmpty()) {
        throw new TemplateException("can't give argument to non-function");
      }
      return value(head, dot);
    }
    UnaryOperator<String> own = functions.get(function.name());
    if (own == null) {
      return TemplateFunctions.call(function.name(), args);
    }
    if (args.size() == 1 && args.getFirst() instanceof String text) {
      return own.apply(text);
    }
    throw new TemplateException(function.name() + " wants one text");
  }

  private Object value(Term term, Object dot) {
    return switch (term) {
      case Term.Literal literal -> literal.value();
      case Term.Group group -> value(group.pipeline(), dot);
      case Term.Function function -> call(function, List.of(), dot);
      case Term.Path path -> field(path.absolute() ? root : dot, path.names());
    };
  }

  private static Object field(Object from, List<String> names) {
    Object at = from;
    for (int i = 0; i < names.size(); i++) {
      Object next =
          switch (at) {
            case TemplateScope.Fields fields -> fields.values().get(names.get(i));
            case Map<?, ?> map -> map.containsKey(names.get(i)) ? map.get(names.get(i)) : "";
            default -> null;
          };
      if (next == null) {
        throw new TemplateException(
            "no field \"." + String.join(".", names.subList(0, i + 1)) + "\"");
      }
      at = next;
    }
    return at;
  }

  /** Enough of a template to find it by; it may be long. */
  private static String shown(String text) {
    String line = text.lines().filter(l -> l.contains("{{")).findFirst().orElse(text);
    return "'" + (line.length() > SHOWN ? line.substring(0, SHOWN) + "..." : line) + "'";
  }
}
