package dev.skep.store.model.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.json.Copies;
import dev.skep.store.model.json.Unsigned;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What each task of a service is: its container, where it may run, how it is restarted.
 *
 * @param pluginSpec a swarm plugin; Skep refuses it by name, so it is kept as it came
 * @param networkAttachmentSpec set by engines for attached containers only; refused
 * @param forceUpdate a counter; changing it replaces all tasks
 * @param runtime container (the default) or one that Skep refuses
 */
@RecordBuilder
public record TaskSpec(
    @Nullable JsonNode pluginSpec,
    @Nullable ContainerSpec containerSpec,
    @Nullable JsonNode networkAttachmentSpec,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Resources resources,
    @Nullable RestartPolicy restartPolicy,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Placement placement,
    List<NetworkAttachmentConfig> networks,
    @Nullable Driver logDriver,
    @Unsigned long forceUpdate,
    @Nullable String runtime)
    implements TaskSpecBuilder.With {

  public TaskSpec {
    networks = Copies.list(networks);
  }

  /** A task of one container with nothing else said. */
  public static TaskSpec of(ContainerSpec container) {
    return TaskSpecBuilder.builder().containerSpec(container).build();
  }

  /** What is set aside for a task; {@link Resources.Reservations#NONE} when not said. */
  public Resources.Reservations reservations() {
    Resources.Reservations said = resources == null ? null : resources.reservations();
    return said == null ? Resources.Reservations.NONE : said;
  }

  /**
   * When and how a task that ended is replaced.
   *
   * @param condition none, on-failure or any (the default)
   * @param delay nanoseconds before the replacement starts; 5 s when absent
   * @param maxAttempts replacements at most within the window; absent or 0 is unlimited
   * @param window nanoseconds; absent or 0 is unbounded
   */
  public record RestartPolicy(
      @Nullable String condition,
      @Nullable Long delay,
      @Unsigned @Nullable Long maxAttempts,
      @Nullable Long window) {}

  /**
   * Where a task may run.
   *
   * @param constraints expressions such as {@code node.role==worker}; all must hold
   * @param maxReplicas tasks of the service on one node at most; absent or 0 is unlimited
   */
  public record Placement(
      List<String> constraints,
      List<Preference> preferences,
      @Unsigned @Nullable Long maxReplicas,
      List<NodeDescription.Platform> platforms) {
    public static final Placement ANYWHERE = new Placement(List.of(), List.of(), null, List.of());

    public Placement {
      constraints = Copies.texts(constraints);
      preferences = Copies.list(preferences);
      platforms = Copies.list(platforms);
    }
  }

  public record Preference(@JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Spread spread) {}

  public record Spread(@Nullable String spreadDescriptor) {}

  /**
   * A network that the task joins.
   *
   * @param target id of the network (names are resolved when the spec is accepted)
   * @param aliases further names of the service on that network
   */
  public record NetworkAttachmentConfig(
      @Nullable String target, List<String> aliases, java.util.Map<String, String> driverOpts) {
    public NetworkAttachmentConfig {
      aliases = Copies.texts(aliases);
      driverOpts = Copies.map(driverOpts);
    }
  }
}
