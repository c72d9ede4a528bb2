package dev.skep.store.model;

import dev.skep.store.model.json.Copies;
import dev.skep.store.model.spec.Resources;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node's agent says about its host and engine. */
@RecordBuilder
public record NodeDescription(
    String hostname,
    Platform platform,
    Resources.Reservations resources,
    EngineDescription engine,
    @Nullable TlsInfo tlsInfo)
    implements NodeDescriptionBuilder.With {

  /**
   * @param architecture such as x86_64
   * @param os such as linux
   */
  public record Platform(@Nullable String architecture, @Nullable String os) {}

  public record EngineDescription(
      String engineVersion, Map<String, String> labels, List<Plugin> plugins) {
    public EngineDescription {
      labels = Copies.map(labels);
      plugins = Copies.list(plugins);
    }
  }

  public record Plugin(String type, String name) {}

  /** PEM and base64, as the API shows them; absent while the cluster has no certificates. */
  public record TlsInfo(
      @Nullable String trustRoot,
      @Nullable String certIssuerSubject,
      @Nullable String certIssuerPublicKey) {}
}
