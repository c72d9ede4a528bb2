package dev.skep.store.template;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The functions that every template knows: Go's own, as far as they are about text. */
final class TemplateFunctions {
  private TemplateFunctions() {}

  /** Throws TemplateException when there is no such function or its arguments do not fit. */
  static Object call(String name, List<Object> args) {
    return switch (name) {
      case "index" -> index(args);
      case "len" -> len(one(name, args));
      case "not" -> !truth(one(name, args));
      case "and" -> pick(name, args, false);
      case "or" -> pick(name, args, true);
      case "eq" -> args.size() > 1 && args.subList(1, args.size()).contains(args.getFirst());
      case "ne" -> !Objects.equals(first(name, args), second(name, args));
      case "lt" -> compare(name, args) < 0;
      case "le" -> compare(name, args) <= 0;
      case "gt" -> compare(name, args) > 0;
      case "ge" -> compare(name, args) >= 0;
      case "lower" -> text(name, one(name, args)).toLowerCase(Locale.ROOT);
      case "upper" -> text(name, one(name, args)).toUpperCase(Locale.ROOT);
      case "split" ->
          Arrays.asList(
              text(name, first(name, args))
                  .split(java.util.regex.Pattern.quote(text(name, second(name, args))), -1));
      case "join" -> join(args);
      case "print" -> args.stream().map(TemplateFunctions::shown).collect(Collectors.joining());
      case "println" ->
          args.stream().map(TemplateFunctions::shown).collect(Collectors.joining(" ")) + "\n";
      case "printf" -> printf(args);
      default -> throw new TemplateException("function \"" + name + "\" not defined");
    };
  }

  /** Whether a value counts as true: empty ones and 0 do not. */
  static boolean truth(Object value) {
    return switch (value) {
      case Boolean bool -> bool;
      case Long number -> number != 0;
      case String text -> !text.isEmpty();
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> true;
    };
  }

  /** A value as Go prints it. */
  static String shown(Object value) {
    return switch (value) {
      case List<?> list ->
          list.stream().map(TemplateFunctions::shown).collect(Collectors.joining(" ", "[", "]"));
      case Map<?, ?> map ->
          new TreeMap<>(map)
              .entrySet().stream()
                  .map(entry -> entry.getKey() + ":" + entry.getValue())
                  .collect(Collectors.joining(" ", "map[", "]"));
      case TemplateScope.Fields _ ->
          throw new TemplateException("a value with fields cannot be printed: name one of them");
      default -> value.toString();
    };
  }

  private static Object index(List<Object> args) {
    Object key = second("index", args);
    return switch (first("index", args)) {
      case Map<?, ?> map -> {
        Object value = map.get(shown(key));
        yield value == null ? "" : value;
      }
      case List<?> list when key instanceof Long at && at >= 0 && at < list.size() ->
          Objects.requireNonNull(list.get(at.intValue()));
      default ->
          throw new TemplateException("index wants a map and a name, or a list and a place in it");
    };
  }

  private static long len(Object value) {
    return switch (value) {
      case String text -> text.length();
      case List<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      default -> throw new TemplateException("len wants a text, a list or a map");
    };
  }

  /** The first argument that is as wanted, or the last. */
  private static Object pick(String name, List<Object> args, boolean wanted) {
    first(name, args);
    return args.stream().filter(arg -> truth(arg) == wanted).findFirst().orElse(args.getLast());
  }

  private static int compare(String name, List<Object> args) {
    Object a = first(name, args);
    Object b = second(name, args);
    if (a instanceof Long x && b instanceof Long y) {
      return x.compareTo(y);
    }
    if (a instanceof String x && b instanceof String y) {
      return x.compareTo(y);
    }
    throw new TemplateException(name + " wants two numbers or two texts");
  }

  /** Of a list and a separator, or as Swarm has it of a separator and the texts. */
  private static String join(List<Object> args) {
    return first("join", args) instanceof List<?> list
        ? list.stream()
            .map(TemplateFunctions::shown)
            .collect(Collectors.joining(text("join", second("join", args))))
        : args.stream()
            .skip(1)
            .map(TemplateFunctions::shown)
            .collect(Collectors.joining(text("join", args.getFirst())));
  }

  private static String printf(List<Object> args) {
    String format = text("printf", first("printf", args));
    StringBuilder out = new StringBuilder();
    int next = 1;
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      char verb = ++i < format.length() ? format.charAt(i) : ' ';
      if (verb == '%') {
        out.append('%');
      } else if ("svdq".indexOf(verb) >= 0 && next < args.size()) {
        String value = shown(args.get(next++));
        out.append(verb == 'q' ? '"' + value.replace("\"", "\\\"") + '"' : value);
      } else {
        throw new TemplateException("printf knows %s, %v, %d and %q, each with an argument");
      }
    }
    return out.toString();
  }

  private static Object one(String name, List<Object> args) {
    if (args.size() != 1) {
      throw new TemplateException(name + " wants one argument");
    }
    return args.getFirst();
  }

  private static Object first(String name, List<Object> args) {
    if (args.isEmpty()) {
      throw new TemplateException(name + " wants an argument");
    }
    return args.getFirst();
  }

  private static Object second(String name, List<Object> args) {
    if (args.size() < 2) {
      throw new TemplateException(name + " wants two arguments");
    }
    return args.get(1);
  }

  private static String text(String name, Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new TemplateException(name + " wants a text");
  }
}
