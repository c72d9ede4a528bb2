package dev.skep.node.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Expands the templates that Swarm allows in a container's env, hostname and mounts, and in
 * templated secrets and configs.
 *
 * <p>It knows the part of Go's template language that such places use: fields ({@code
 * {{.Service.Name}}}), {@code index}, text literals, pipes, trim marks, comments, {@code lower},
 * {@code upper}, {@code print}, and the functions of payloads. Anything else is refused by name,
 * never passed on half-expanded.
 */
final class Template {
  private final TemplateScope scope;
  private final Map<String, UnaryOperator<String>> functions;
  private final @Nullable String hiddenAs;

  private Template(
      TemplateScope scope,
      Map<String, UnaryOperator<String>> functions,
      @Nullable String hiddenAs) {
    this.scope = scope;
    this.functions = functions;
    this.hiddenAs = hiddenAs;
  }

  static String expand(TemplateScope scope, String text) {
    return new Template(scope, Map.of(), null).expand(text);
  }

  /**
   * Templates whose text must not appear in an error.
   *
   * @param name what errors call the text instead of showing it
   * @param functions further functions of one argument, by name; they throw TemplateException when
   *     they cannot answer
   */
  static Template hidden(
      TemplateScope scope, String name, Map<String, UnaryOperator<String>> functions) {
    return new Template(scope, functions, name);
  }

  String expand(String text) {
    if (!text.contains("{{")) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    boolean trimNext = false;
    while (true) {
      int open = text.indexOf("{{", at);
      String literal = text.substring(at, open < 0 ? text.length() : open);
      if (trimNext) {
        literal = literal.stripLeading();
      }
      boolean trimBefore = open >= 0 && text.startsWith("{{- ", open);
      out.append(trimBefore ? literal.stripTrailing() : literal);
      if (open < 0) {
        return out.toString();
      }
      int close = close(text, open + 2);
      String action = text.substring(open + (trimBefore ? 3 : 2), close).strip();
      trimNext = action.endsWith(" -");
      if (trimNext) {
        action = action.substring(0, action.length() - 2).strip();
      }
      out.append(evaluate(action, text));
      at = close + 2;
    }
  }

  /** Where the action's closing braces are; braces inside quotes do not close it. */
  private int close(String text, int from) {
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
    throw new TemplateException("template: unclosed action in " + shown(text));
  }

  private String evaluate(String action, String text) {
    if (action.startsWith("/*") && action.endsWith("*/")) {
      return "";
    }
    @Nullable Object value = null;
    for (List<Object> command : commands(action, text)) {
      List<Object> words = new ArrayList<>(command);
      if (value != null) {
        words.add(value);
      }
      value = call(words, text);
    }
    if (value == null) {
      throw new TemplateException("template: missing value for command in " + shown(text));
    }
    return value instanceof Map<?, ?> map ? goMap(map) : value.toString();
  }

  /** A map as Go prints one. */
  private static String goMap(Map<?, ?> map) {
    return map.entrySet().stream()
        .map(entry -> entry.getKey() + ":" + entry.getValue())
        .sorted()
        .collect(Collectors.joining(" ", "map[", "]"));
  }

  /**
   * The commands between pipes; each is its words: a Name for a function, the value for anything
   * else.
   */
  private List<List<Object>> commands(String action, String text) {
    List<List<Object>> commands = new ArrayList<>();
    List<Object> words = new ArrayList<>();
    int i = 0;
    while (i < action.length()) {
      char c = action.charAt(i);
      if (Character.isWhitespace(c)) {
        i++;
      } else if (c == '|') {
        commands.add(words);
        words = new ArrayList<>();
        i++;
      } else if (c == '"' || c == '`') {
        int end = quoteEnd(action, i, text);
        words.add(unquote(action.substring(i, end), text));
        i = end;
      } else {
        int end = i;
        while (end < action.length()
            && !Character.isWhitespace(action.charAt(end))
            && action.charAt(end) != '|') {
          end++;
        }
        words.add(word(action.substring(i, end), text));
        i = end;
      }
    }
    commands.add(words);
    return commands;
  }

  private record Name(String text) {}

  private Object word(String word, String text) {
    if (word.startsWith(".")) {
      Object value = scope.field(word);
      if (value == null) {
        throw new TemplateException("template: no field " + said(word) + " in " + shown(text));
      }
      return value;
    }
    if (Character.isDigit(word.charAt(0))) {
      return word;
    }
    return new Name(word);
  }

  private int quoteEnd(String action, int from, String text) {
    char quote = action.charAt(from);
    for (int i = from + 1; i < action.length(); i++) {
      if (action.charAt(i) == '\\' && quote == '"') {
        i++;
      } else if (action.charAt(i) == quote) {
        return i + 1;
      }
    }
    throw new TemplateException("template: unterminated quoted string in " + shown(text));
  }

  private String unquote(String quoted, String text) {
    String inner = quoted.substring(1, quoted.length() - 1);
    if (quoted.startsWith("`")) {
      return inner;
    }
    try {
      return inner.translateEscapes();
    } catch (IllegalArgumentException e) {
      throw new TemplateException("template: invalid escape in " + shown(text));
    }
  }

  private Object call(List<Object> words, String text) {
    if (words.isEmpty()) {
      throw new TemplateException("template: missing value for command in " + shown(text));
    }
    if (!(words.getFirst() instanceof Name name)) {
      if (words.size() > 1) {
        throw new TemplateException(
            "template: can't give argument to non-function in " + shown(text));
      }
      return words.getFirst();
    }
    List<Object> args = words.subList(1, words.size());
    return switch (name.text()) {
      case "index" -> index(args, text);
      case "lower" -> one(args, name, text).toLowerCase(Locale.ROOT);
      case "upper" -> one(args, name, text).toUpperCase(Locale.ROOT);
      case "print" -> String.join("", args.stream().map(Object::toString).toList());
      default -> {
        UnaryOperator<String> function = functions.get(name.text());
        if (function == null) {
          throw new TemplateException(
              "template: function \"" + said(name.text()) + "\" not defined in " + shown(text));
        }
        yield function.apply(one(args, name, text));
      }
    };
  }

  private Object index(List<Object> args, String text) {
    if (args.size() == 2 && args.getFirst() instanceof Map<?, ?> map) {
      Object value = map.get(args.get(1).toString());
      return value == null ? "" : value;
    }
    throw new TemplateException(
        "template: index wants .Service.Labels and a name in " + shown(text));
  }

  private String one(List<Object> args, Name name, String text) {
    if (args.size() == 1 && args.getFirst() instanceof String value) {
      return value;
    }
    throw new TemplateException(
        "template: " + said(name.text()) + " wants one text in " + shown(text));
  }

  /** A word of a template, for an error. */
  private String said(String word) {
    return hiddenAs == null ? word : "***";
  }

  /** Enough of a template to find it by; it may be long. */
  private String shown(String text) {
    if (hiddenAs != null) {
      return hiddenAs;
    }
    int limit = 80;
    String line = text.lines().filter(l -> l.contains("{{")).findFirst().orElse(text);
    return "'" + (line.length() > limit ? line.substring(0, limit) + "..." : line) + "'";
  }
}
