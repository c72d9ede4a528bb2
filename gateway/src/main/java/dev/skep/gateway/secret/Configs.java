package dev.skep.gateway.secret;

import dev.skep.store.model.Config;
import dev.skep.store.model.Config.ConfigSpec;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.Driver;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Configs: their data is shown. */
final class Configs implements SecretOrConfigKind<Config> {
  private static final int MAX_BYTES = 1_024_000;
  private static final Set<String> FILTERS = Set.of("name", "id", "label");

  @Override
  public Kind kind() {
    return Kind.CONFIG;
  }

  @Override
  public Class<Config> type() {
    return Config.class;
  }

  @Override
  public int maxBytes() {
    return MAX_BYTES;
  }

  @Override
  public Set<String> filterKeys() {
    return FILTERS;
  }

  @Override
  public Config make(
      String id,
      Instant now,
      String name,
      Map<String, String> labels,
      Sensitive data,
      @Nullable Driver templating) {
    return new Config(
        id, Version.NONE, now, now, new ConfigSpec(name, labels, data.text(), templating));
  }

  @Override
  public Config withLabels(Config config, Map<String, String> labels) {
    return config.withSpec(config.spec().withLabels(labels));
  }

  @Override
  public Map<String, String> labels(Config config) {
    return config.spec().labels();
  }

  @Override
  public Config shown(Config config) {
    return config;
  }
}
