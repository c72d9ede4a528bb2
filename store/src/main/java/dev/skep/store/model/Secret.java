package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonView;
import dev.skep.store.model.json.Copies;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.Driver;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A secret: bytes that tasks read as a file. The API never shows its data.
 *
 * @param dataVersion how often the data was changed
 * @param pastData earlier data that services are at or can go back to, oldest first
 */
@RecordBuilder
public record Secret(
    String id,
    Version version,
    Instant createdAt,
    Instant updatedAt,
    SecretSpec spec,
    @JsonView(Json.Stored.class) @JsonInclude(JsonInclude.Include.NON_DEFAULT) long dataVersion,
    @JsonView(Json.Stored.class) List<VersionedData> pastData)
    implements SwarmObject, Blob, SecretBuilder.With {

  public Secret {
    pastData = Copies.list(pastData);
  }

  /** With the data that it was created with, and none before. */
  public Secret(String id, Version version, Instant createdAt, Instant updatedAt, SecretSpec spec) {
    this(id, version, createdAt, updatedAt, spec, 0, List.of());
  }

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

  @Override
  public VersionedData currentData() {
    Sensitive data = spec.data();
    return new VersionedData(
        dataVersion, data == null ? new Sensitive("") : data, spec.templating());
  }

  @Override
  public Secret withNewData(VersionedData next) {
    SecretSpec changed = spec.with(s -> s.data(next.data()).templating(next.templating()));
    return with(s ->
        s.spec(changed).dataVersion(next.version()).pastData(Copies.with(pastData, currentData())));
  }

  @Override
  public Secret keeping(Set<Long> versions) {
    List<VersionedData> kept =
        pastData.stream().filter(past -> versions.contains(past.version())).toList();
    return kept.size() == pastData.size() ? this : withPastData(kept);
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
