package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A secret: bytes that tasks read as a file. The API never shows its data. */
@RecordBuilder
public record Secret(
    String id, Version version, Instant createdAt, Instant updatedAt, SecretSpec spec)
    implements SwarmObject, SecretBuilder.With {

  @Override
  public Kind kind() {
    return Kind.SECRET;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Secret stamped(Version version, Instant createdAt, Instant updatedAt) {
    return with(s -> s.version(version).createdAt(createdAt).updatedAt(updatedAt));
  }

  /**
   * @param data the bytes in base64
   * @param templating the template engine that expands the data on the node (golang), if any
   */
  @RecordBuilder
  public record SecretSpec(
      String name,
      @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, String> labels,
      @Nullable Sensitive data,
      @Nullable Driver driver,
      @Nullable Driver templating)
      implements SecretSecretSpecBuilder.With {
    // A client may leave the name out; validation refuses that in the API's words.
    @SuppressWarnings("RedundantNullCheck")
    public SecretSpec {
      name = name == null ? "" : name;
      labels = Copies.map(labels);
    }
  }
}
