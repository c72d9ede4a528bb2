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
 * A config: bytes that tasks read as a file. The API shows its data.
 *
 * @param dataVersion how often the data was changed
 * @param pastData earlier data that services are at or can go back to, oldest first
 */
@RecordBuilder
public record Config(
    String id,
    Version version,
    Instant createdAt,
    Instant updatedAt,
    ConfigSpec spec,
    @JsonView(Json.Stored.class) @JsonInclude(JsonInclude.Include.NON_DEFAULT) long dataVersion,
    @JsonView(Json.Stored.class) List<VersionedData> pastData)
    implements SwarmObject, Blob, ConfigBuilder.With {

  public Config {
    pastData = Copies.list(pastData);
  }

  /** With the data that it was created with, and none before. */
  public Config(String id, Version version, Instant createdAt, Instant updatedAt, ConfigSpec spec) {
    this(id, version, createdAt, updatedAt, spec, 0, List.of());
  }

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

  @Override
  public VersionedData currentData() {
    String data = spec.data();
    return new VersionedData(
        dataVersion, new Sensitive(data == null ? "" : data), spec.templating());
  }

  @Override
  public Config withNewData(VersionedData next) {
    ConfigSpec changed = spec.with(s -> s.data(next.data().text()).templating(next.templating()));
    return with(c ->
        c.spec(changed).dataVersion(next.version()).pastData(Copies.with(pastData, currentData())));
  }

  @Override
  public Config keeping(Set<Long> versions) {
    List<VersionedData> kept =
        pastData.stream().filter(past -> versions.contains(past.version())).toList();
    return kept.size() == pastData.size() ? this : withPastData(kept);
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
