package dev.skep.gateway.secret;

import dev.skep.store.model.Blob;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.spec.Driver;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What secrets and configs differ in. */
interface SecretOrConfigKind<T extends SwarmObject & Blob> {
  Kind kind();

  Class<T> type();

  /** The first size, in bytes, that is too large. */
  int maxBytes();

  /** The filters of the list. */
  Set<String> filterKeys();

  /**
   * @param data in base64
   */
  T make(
      String id,
      Instant now,
      String name,
      Map<String, String> labels,
      Sensitive data,
      @Nullable Driver templating);

  T withLabels(T object, Map<String, String> labels);

  Map<String, String> labels(T object);

  /** As clients may see it. */
  T shown(T object);
}
