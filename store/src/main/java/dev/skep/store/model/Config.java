package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A config: bytes that tasks read as a file. The API shows its data. */
@RecordBuilder
public record Config(
    String id, Version version, Instant createdAt, Instant updatedAt, ConfigSpec spec)
    implements SwarmObject, ConfigBuilder.With {

  @Override
  public Kind kind() {
    return Kind.CONFIG;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Config stamped(Version version, Instant createdAt, Instant updatedAt) {
    return with(s -> s.version(version).createdAt(createdAt).updatedAt(updatedAt));
  }

  /**
   * @param data the bytes in base64
   * @param templating the template engine that expands the data on the node (golang), if any
   */
  @RecordBuilder
  public record ConfigSpec(
      String name,
      @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, String> labels,
      @Nullable String data,
      @Nullable Driver templating)
      implements ConfigConfigSpecBuilder.With {
    // A client may leave the name out; validation refuses that in the API's words.
    @SuppressWarnings("RedundantNullCheck")
    public ConfigSpec {
      name = name == null ? "" : name;
      labels = Copies.map(labels);
    }
  }
}
