package dev.skep.store.model.json;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a client or caller gave and makes it unmodifiable; absent becomes empty, as Go's
 * decoder does. Maps are ordered by key, so that equal objects have equal JSON. What was copied
 * once is shared from then on.
 */
public final class Copies {
  private Copies() {}

  public static <T> List<T> list(@Nullable List<T> from) {
    return from == null || from.isEmpty() ? List.of() : List.copyOf(from);
  }

  /** As {@link #list}; a text that a client says is null is an empty one, as in Go. */
  public static List<String> texts(@Nullable List<String> from) {
    return from != null && from.stream().anyMatch(Objects::isNull)
        ? from.stream().map(text -> Objects.requireNonNullElse(text, "")).toList()
        : list(from);
  }

  /** A list with one more at its end. */
  public static <T> List<T> with(List<T> list, T more) {
    return Stream.concat(list.stream(), Stream.of(more)).toList();
  }

  public static Map<String, String> map(@Nullable Map<String, ? extends @Nullable String> from) {
    if (from == null || from.isEmpty()) {
      return Map.of();
    }
    if (from instanceof Ordered ordered) {
      return ordered;
    }
    return new Ordered(from);
  }

  /** A copy that nobody else holds, known by its type so that it is not copied again. */
  private static final class Ordered extends AbstractMap<String, String> {
    private final Map<String, String> entries;

    Ordered(Map<String, ? extends @Nullable String> from) {
      TreeMap<String, String> copy = new TreeMap<>();
      from.forEach((key, value) -> copy.put(key, value == null ? "" : value));
      this.entries = Collections.unmodifiableMap(copy);
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
      return entries.entrySet();
    }

    @Override
    public @Nullable String get(@Nullable Object key) {
      return key == null ? null : entries.get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return key != null && entries.containsKey(key);
    }
  }
}
