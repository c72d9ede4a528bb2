package dev.skep.store.template;

import dev.skep.store.template.eval.Execution;
import dev.skep.store.template.eval.Functions;
import dev.skep.store.template.parse.TemplateParser;
import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Work;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Expands the templates that Swarm allows in a container's env, hostname and mounts, in network
 * aliases, and in templated secrets and configs, in Go's template language.
 *
 * <p>Its source is Go's text/template as Swarm sets it up: a label that is not there is a mistake.
 * Beyond Swarm it knows {@code lower}, {@code upper}, {@code split}, and {@code join} of a list. Of
 * Go's it lacks complex numbers and methods. What one expansion may do is bounded ({@link Work}).
 */
public final class Template {
  /** What errors call a text that has no name; Swarm's own word. */
  private static final String TEXT = "expansion";

  private Template() {}

  /** Throws TemplateException, which shows the part that is wrong, when it cannot be expanded. */
  public static String expand(TemplateScope scope, String text) {
    return text.contains("{{")
        ? GoString.java(expanded(scope, TEXT, GoString.of(text), Map.of()))
        : text;
  }

  /**
   * Expands the data of a secret or config, whose bytes need not be UTF-8.
   *
   * @param name what errors call the data instead of showing it
   * @param secret whether errors must not show the data's own words either
   * @param functions further functions of one text, by name; they throw TemplateException when they
   *     cannot answer
   */
  public static byte[] expandData(
      TemplateScope scope,
      String name,
      boolean secret,
      byte[] data,
      Map<String, Function<String, byte[]>> functions) {
    Map<String, Function<String, String>> own = new HashMap<>();
    functions.forEach(
        (key, function) -> own.put(key, text -> GoString.of(function.apply(GoString.java(text)))));
    try {
      return GoString.bytes(expanded(scope, name, GoString.of(data), own));
    } catch (TemplateException e) {
      throw secret ? e.masked() : e;
    }
  }

  private static String expanded(
      TemplateScope scope, String name, String text, Map<String, Function<String, String>> own) {
    Set<String> known = new HashSet<>(Functions.NAMES);
    known.addAll(own.keySet());
    try {
      TemplateParser.Parsed parsed = TemplateParser.parse(text, known);
      return new Execution(name, text, parsed.named(), own).run(parsed.main(), scope.value());
    } catch (TemplateException e) {
      throw e.after("template: " + name.replace("%", "%%") + ":");
    }
  }
}
