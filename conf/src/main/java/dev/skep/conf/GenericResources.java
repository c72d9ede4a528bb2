package dev.skep.conf;

import dev.skep.store.model.spec.Resources.Discrete;
import dev.skep.store.model.spec.Resources.GenericResource;
import dev.skep.store.model.spec.Resources.Named;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/**
 * What a node has that only its users know of, such as {@code gpu=UUID1} and {@code gpu=UUID2}
 * (named ones), or {@code ssd=2} (a number). Written as dockerd's {@code --node-generic-resource}
 * is: several in one word with commas between them, or in several words.
 */
final class GenericResources {
  static final String SETTING = "node-generic-resource";

  private GenericResources() {}

  /** In the order in which they are said. Throws {@link StartupException}. */
  static List<GenericResource> parse(List<String> said) {
    Map<String, SequencedSet<String>> values = new LinkedHashMap<>();
    for (String word : said) {
      for (String one : word.split(",", -1)) {
        int equals = one.indexOf('=');
        String kind = one.substring(0, Math.max(equals, 0)).strip();
        String value = one.substring(equals + 1).strip();
        if (kind.isEmpty() || value.isEmpty() || value.indexOf('=') >= 0) {
          throw refused(one, "is not KIND=NAME or KIND=NUMBER, such as gpu=UUID1 or ssd=2");
        }
        if (!values.computeIfAbsent(kind, _ -> new LinkedHashSet<>()).add(value)) {
          throw refused(one, "is said twice");
        }
      }
    }
    List<GenericResource> all = new ArrayList<>();
    values.forEach((kind, of) -> all.addAll(of(kind, of)));
    return List.copyOf(all);
  }

  private static List<GenericResource> of(String kind, SequencedSet<String> values) {
    String first = values.getFirst();
    if (values.stream().noneMatch(GenericResources::isNumber)) {
      return values.stream().map(name -> new GenericResource(new Named(kind, name), null)).toList();
    }
    if (values.size() > 1) {
      throw refused(
          kind + "=" + String.join("," + kind + "=", values),
          "mixes numbers with others: a kind has one number, or names");
    }
    try {
      long number = Long.parseLong(first);
      if (number < 0) {
        throw refused(kind + "=" + first, "is less than nothing");
      }
      return List.of(new GenericResource(null, new Discrete(kind, number)));
    } catch (NumberFormatException e) {
      throw refused(kind + "=" + first, "is more than can be counted");
    }
  }

  private static boolean isNumber(String value) {
    return value.matches("[+-]?\\d+");
  }

  private static StartupException refused(String what, String why) {
    return new StartupException(SETTING + ": \"" + what + "\" " + why);
  }
}
