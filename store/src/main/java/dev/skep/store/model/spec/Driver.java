package dev.skep.store.model.spec;

import dev.skep.store.model.json.Copies;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A named driver (network, volume, log, secret) with its options. */
public record Driver(@Nullable String name, Map<String, String> options) {
  public Driver {
    options = Copies.map(options);
  }
}
