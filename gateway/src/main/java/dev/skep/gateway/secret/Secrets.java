package dev.skep.gateway.secret;

import dev.skep.store.model.Kind;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Secret.SecretSpec;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.Driver;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Secrets: their data goes in and never comes out again. */
final class Secrets implements SecretOrConfigKind<Secret> {
  private static final int MAX_BYTES = 512_000;
  private static final Set<String> FILTERS = Set.of("name", "names", "id", "label");

  @Override
  public Kind kind() {
    return Kind.SECRET;
  }

  @Override
  public Class<Secret> type() {
    return Secret.class;
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
  public Secret make(
      String id,
      Instant now,
      String name,
      Map<String, String> labels,
      Sensitive data,
      @Nullable Driver templating) {
    return new Secret(
        id, Version.NONE, now, now, new SecretSpec(name, labels, data, null, templating));
  }

  @Override
  public Secret withLabels(Secret secret, Map<String, String> labels) {
    return secret.withSpec(secret.spec().withLabels(labels));
  }

  @Override
  public Map<String, String> labels(Secret secret) {
    return secret.spec().labels();
  }

  @Override
  public Secret shown(Secret secret) {
    return secret.withSpec(secret.spec().withData(null));
  }
}
