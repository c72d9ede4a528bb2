package dev.skep.gateway.secret;

import dev.skep.store.model.Sensitive;
import dev.skep.store.model.spec.Driver;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of a request to create or update, for either kind. */
record Asked(
    @Nullable String name,
    @Nullable Map<String, String> labels,
    @Nullable Sensitive data,
    @Nullable Driver driver,
    @Nullable Driver templating) {
  String nameOrEmpty() {
    return name == null ? "" : name;
  }

  Map<String, String> labelsOrNone() {
    return labels == null ? Map.of() : labels;
  }
}
