package dev.skep.gateway.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.gateway.api.body.JsonSyntax;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.json.Json;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The {@code filters} of a list. Values of one key are alternatives, keys must all hold; a key
 * without values says nothing.
 */
public final class Filters {
  public static final Filters NONE = new Filters(Map.of());

  private final Map<String, Set<String>> values;

  private Filters(Map<String, Set<String>> values) {
    this.values = values;
  }

  /**
   * Reads both encodings, {@code {"name":{"web":true}}} and {@code {"name":["web"]}}.
   *
   * @param accepted the keys that the list knows
   */
  public static Filters parse(String json, Set<String> accepted) {
    Filters filters = parse(json);
    for (String key : filters.values.keySet()) {
      if (!accepted.contains(key)) {
        throw ApiError.badRequest("Invalid filter '" + key + "'");
      }
    }
    return filters;
  }

  /** As {@link #parse(String, Set)}, any key accepted. */
  public static Filters parse(String json) {
    if (json.isBlank()) {
      return NONE;
    }
    JsonNode root;
    try {
      root = Json.mapper().readTree(json);
    } catch (JsonProcessingException e) {
      JsonSyntax.check(json);
      throw invalid();
    }
    if (root.isNull()) {
      return NONE;
    }
    if (!root.isObject()) {
      throw invalid();
    }
    Map<String, Set<String>> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      values.put(entry.getKey(), valuesOf(entry.getValue()));
    }
    return new Filters(values);
  }

  // As the engine: a value is given by being there, whether it is said to be true, false or null.
  private static Set<String> valuesOf(JsonNode node) {
    Set<String> found = new LinkedHashSet<>();
    if (node.isArray()) {
      for (JsonNode value : node) {
        if (!value.isTextual() && !value.isNull()) {
          throw invalid();
        }
        found.add(value.isNull() ? "" : value.asText());
      }
    } else if (node.isObject()) {
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        if (!entry.getValue().isBoolean() && !entry.getValue().isNull()) {
          throw invalid();
        }
        found.add(entry.getKey());
      }
    } else if (!node.isNull()) {
      throw invalid();
    }
    return found;
  }

  private static ApiError invalid() {
    return ApiError.badRequest("invalid filter");
  }

  /** The values given for a key; empty when none. */
  public Set<String> get(String key) {
    return values.getOrDefault(key, Set.of());
  }

  public boolean has(String key) {
    return !get(key).isEmpty();
  }

  public Set<String> keys() {
    return values.keySet();
  }

  /** Whether no value is given for the key, or one of them is {@code candidate}. */
  public boolean exactly(String key, String candidate) {
    return any(key, candidate::equals);
  }

  /** Whether no value is given for the key, or one of them begins {@code candidate}. */
  public boolean prefix(String key, String candidate) {
    return any(key, candidate::startsWith);
  }

  /** Whether no value is given for the key, or the test takes one of them. */
  public boolean any(String key, Predicate<String> test) {
    Set<String> given = get(key);
    return given.isEmpty() || given.stream().anyMatch(test);
  }

  /** Whether all of the key's values, {@code k} or {@code k=v}, are among the labels. */
  public boolean labels(String key, Map<String, String> labels) {
    return get(key).stream().allMatch(wanted -> holds(wanted, labels));
  }

  private static boolean holds(String wanted, Map<String, String> labels) {
    int equals = wanted.indexOf('=');
    String key = equals < 0 ? wanted : wanted.substring(0, equals);
    String value = labels.get(key);
    return value != null && (equals < 0 || value.equals(wanted.substring(equals + 1)));
  }

  /** The same, in lower case and without what is empty, for keys whose values are API words. */
  public Filters words(String... keys) {
    Map<String, Set<String>> changed = new LinkedHashMap<>(values);
    for (String key : keys) {
      Set<String> words = new LinkedHashSet<>();
      for (String value : get(key)) {
        if (!value.isEmpty()) {
          words.add(value.toLowerCase(Locale.ROOT));
        }
      }
      changed.put(key, words);
    }
    return new Filters(changed);
  }

  /** The same without a key. */
  public Filters without(String key) {
    Map<String, Set<String>> rest = new LinkedHashMap<>(values);
    rest.remove(key);
    return new Filters(rest);
  }

  /** The same with one more value. */
  public Filters with(String key, String value) {
    Map<String, Set<String>> more = new LinkedHashMap<>(values);
    Set<String> grown = new LinkedHashSet<>(get(key));
    grown.add(value);
    more.put(key, grown);
    return new Filters(more);
  }

  /** As JSON that every engine reads. */
  public String json() {
    Map<String, Map<String, Boolean>> maps = new TreeMap<>();
    values.forEach((key, given) -> {
      Map<String, Boolean> map = new TreeMap<>();
      given.forEach(value -> map.put(value, true));
      maps.put(key, map);
    });
    try {
      return Json.mapper().writeValueAsString(maps);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write filters", e);
    }
  }
}
