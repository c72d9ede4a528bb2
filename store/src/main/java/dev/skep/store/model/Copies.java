package dev.skep.store.model;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a client or caller gave and makes it unmodifiable; absent becomes empty, as Go's
 * decoder does. Maps are ordered by key, so that equal objects have equal JSON.
 */
final class Copies {
  private Copies() {}

  static <T> List<T> list(@Nullable List<T> from) {
    return from == null || from.isEmpty() ? List.of() : List.copyOf(from);
  }

  static Map<String, String> map(@Nullable Map<String, ? extends @Nullable String> from) {
    if (from == null || from.isEmpty()) {
      return Map.of();
    }
    TreeMap<String, String> copy = new TreeMap<>();
    from.forEach((key, value) -> copy.put(key, value == null ? "" : value));
    return java.util.Collections.unmodifiableMap(copy);
  }
}
