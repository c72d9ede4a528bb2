package dev.skep.store.template.eval;

import dev.skep.store.template.TemplateException;
import dev.skep.store.template.printf.Printf;
import dev.skep.store.template.printf.Sprint;
import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Value;
import dev.skep.store.template.value.Work;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The functions that templates can call: Go's own, Swarm's, and a few of Skep's. */
public final class Functions {
  public static final Set<String> NAMES =
      Set.of(
          "and",
          "call",
          "eq",
          "ge",
          "gt",
          "html",
          "index",
          "join",
          "js",
          "le",
          "len",
          "lower",
          "lt",
          "ne",
          "not",
          "or",
          "print",
          "printf",
          "println",
          "slice",
          "split",
          "upper",
          "urlquery");

  private static final Set<String> OF_TEXTS = Set.of("lower", "split", "upper");

  private final Work work;
  private final Sprint sprint;
  private final Map<String, Function<String, String>> own;

  /**
   * @param own further functions of one text
   */
  Functions(Work work, Sprint sprint, Map<String, Function<String, String>> own) {
    this.work = work;
    this.sprint = sprint;
    this.own = own;
  }

  /** Whether the function takes nothing but a text as its argument of that number, from 0. */
  boolean wantsText(String function, int argument) {
    return OF_TEXTS.contains(function)
        || own.containsKey(function)
        || (function.equals("printf") && argument == 0);
  }

  /** Throws TemplateException when the arguments do not fit. */
  Value call(String name, List<Value> args) {
    try {
      return answer(name, args);
    } catch (Arity e) {
      throw e.because;
    }
  }

  private Value answer(String name, List<Value> args) {
    Function<String, String> function = own.get(name);
    if (function != null) {
      exactly(name, args, 1);
      return failing(name, () -> made(function.apply(text(args.getFirst()))));
    }
    return switch (name) {
      case "lower" -> made(cased(exactly(name, args, 1), false));
      case "upper" -> made(cased(exactly(name, args, 1), true));
      case "split" -> split(exactly(name, args, 2));
      case "print" -> new Value.Text(sprint.print(args));
      case "println" -> new Value.Text(sprint.println(args));
      case "printf" -> {
        atLeast(name, args, 1);
        yield made(
            new Printf(work, sprint).format(text(args.getFirst()), args.subList(1, args.size())));
      }
      case "html" -> made(Escapes.html(sprint.joined(args), work));
      case "js" -> made(Escapes.js(sprint.joined(args), work));
      case "urlquery" -> made(Escapes.urlQuery(sprint.joined(args), work));
      default -> failing(name, () -> plain(name, args));
    };
  }

  /** Go names the function in what these say. */
  private Value plain(String name, List<Value> args) {
    return switch (name) {
      case "join" -> join(args);
      case "len" -> Indexing.len(exactly(name, args, 1).getFirst());
      case "index" -> Indexing.index(atLeast(name, args, 1));
      case "slice" -> Indexing.slice(atLeast(name, args, 1), work);
      case "not" -> Value.of(!exactly(name, args, 1).getFirst().truth());
      case "eq" -> Value.of(Comparison.anyEqual(atLeast(name, args, 1), work));
      case "ne" -> Value.of(!Comparison.equal(exactly(name, args, 2), work));
      case "lt" -> Value.of(Comparison.less(exactly(name, args, 2), work));
      case "le" -> Value.of(Comparison.lessOrEqual(exactly(name, args, 2), work));
      case "gt" -> Value.of(!Comparison.lessOrEqual(exactly(name, args, 2), work));
      case "ge" -> Value.of(!Comparison.less(exactly(name, args, 2), work));
      case "call" ->
          throw new TemplateException(
              args.isEmpty() || args.getFirst() instanceof Value.Nothing
                  ? "call of nil"
                  : "non-function of type " + args.getFirst().typeName());
      default -> throw new TemplateException("function \"%s\" not defined", name);
    };
  }

  private static Value failing(String name, Supplier<Value> call) {
    try {
      return call.get();
    } catch (TemplateException e) {
      throw e.after("error calling " + name + ": ");
    }
  }

  /** A wrong number of arguments; Go does not say "error calling" then. */
  private static final class Arity extends RuntimeException {
    private static final long serialVersionUID = 1;

    final transient TemplateException because;

    Arity(TemplateException because) {
      super(because.getMessage(), null, false, false);
      this.because = because;
    }
  }

  static TemplateException tooFew(String name, int wanted, int given) {
    return new TemplateException(
        "wrong number of args for " + name + ": want at least " + wanted + " got " + given);
  }

  private static List<Value> atLeast(String name, List<Value> args, int wanted) {
    if (args.size() < wanted) {
      throw new Arity(tooFew(name, wanted, args.size()));
    }
    return args;
  }

  private static List<Value> exactly(String name, List<Value> args, int wanted) {
    if (args.size() != wanted) {
      throw new Arity(
          new TemplateException(
              "wrong number of args for " + name + ": want " + wanted + " got " + args.size()));
    }
    return args;
  }

  private Value made(String text) {
    work.spend(text.length());
    return new Value.Text(text);
  }

  private static String text(Value value) {
    if (value instanceof Value.Text text) {
      return text.bytes();
    }
    throw new TemplateException("wrong type for value; expected string; got " + value.typeName());
  }

  private String cased(List<Value> args, boolean upper) {
    String text = text(args.getFirst());
    work.spend(text.length());
    StringBuilder out = new StringBuilder();
    for (int at = 0; at < text.length(); at += GoString.width(text, at)) {
      int rune = GoString.rune(text, at);
      int cased = upper ? Character.toUpperCase(rune) : Character.toLowerCase(rune);
      out.append(rune < 0x80 ? Character.toString(cased) : GoString.ofRune(cased));
    }
    return out.toString();
  }

  private Value split(List<Value> args) {
    String text = text(args.getFirst());
    String separator = text(args.get(1));
    work.spend(text.length() * 8L); // each piece is an object
    if (!separator.isEmpty()) {
      return new Value.Items(Arrays.asList(text.split(Pattern.quote(separator), -1)));
    }
    List<String> runes = new ArrayList<>();
    for (int at = 0; at < text.length(); at += GoString.width(text, at)) {
      runes.add(text.substring(at, at + GoString.width(text, at)));
    }
    return new Value.Items(runes);
  }

  /** Of a separator and texts, as Swarm has it; or of a list and a separator. */
  private Value join(List<Value> args) {
    atLeast("join", args, 1);
    List<String> texts;
    String separator;
    if (args.getFirst() instanceof Value.Items items) {
      exactly("join", args, 2);
      texts = items.texts();
      separator = text(args.get(1));
    } else {
      separator = text(args.getFirst());
      texts = args.stream().skip(1).map(Functions::text).toList();
    }
    work.spend(
        texts.stream().mapToLong(String::length).sum() + (long) separator.length() * texts.size());
    return new Value.Text(String.join(separator, texts));
  }
}
