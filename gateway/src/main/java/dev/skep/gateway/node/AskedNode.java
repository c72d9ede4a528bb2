package dev.skep.gateway.node;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoFormat;
import dev.skep.store.model.Node.NodeSpec;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A node's spec as a client sends it. */
record AskedNode(
    @Nullable String name,
    @Nullable Map<String, String> labels,
    @Nullable String role,
    @Nullable String availability) {
  private static final Set<String> ROLES = Set.of(NodeSpec.WORKER, NodeSpec.MANAGER);
  private static final Set<String> AVAILABILITIES =
      Set.of(NodeSpec.ACTIVE, NodeSpec.PAUSE, NodeSpec.DRAIN);

  /** The spec, checked. */
  NodeSpec spec() {
    return new NodeSpec(
        name == null || name.isEmpty() ? null : name,
        labels == null ? Map.of() : labels,
        known("Role", role, ROLES),
        known("Availability", availability, AVAILABILITIES));
  }

  private static String known(String field, @Nullable String value, Set<String> allowed) {
    String given = value == null ? "" : value;
    String word = given.toLowerCase(Locale.ROOT);
    if (!allowed.contains(word)) {
      throw ApiError.badRequest("invalid " + field + ": " + GoFormat.quote(given));
    }
    return word;
  }
}
