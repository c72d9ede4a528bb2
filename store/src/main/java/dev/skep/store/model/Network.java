package dev.skep.store.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.skep.store.model.json.Copies;
import dev.skep.store.model.spec.Driver;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network of swarm scope, in the shape in which tasks carry it; the /networks endpoints answer in
 * the engine's older shape.
 *
 * @param driverState the driver with what was given to the network, such as its VXLAN id
 * @param ipamOptions the subnet as it was given; absent while it has none of the manager's
 */
@RecordBuilder
public record Network(
    String id,
    Version version,
    Instant createdAt,
    Instant updatedAt,
    NetworkSpec spec,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Driver driverState,
    @JsonProperty("IPAMOptions") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable IpamOptions ipamOptions)
    implements SwarmObject, NetworkBuilder.With {

  /**
   * On networks that exist on every engine (host, bridge): services may name them, lists hide them.
   */
  public static final String PREDEFINED_LABEL = "com.docker.swarm.predefined";

  /** The option of {@code driverState} that names a network's VXLAN id. */
  public static final String VXLAN_OPTION = "com.docker.network.driver.overlay.vxlanid_list";

  /** On every network that Skep makes in an engine: the id of the swarm's network it stands for. */
  public static final String ENGINE_LABEL = "dev.skep.network.id";

  @Override
  public Kind kind() {
    return Kind.NETWORK;
  }

  @Override
  public String name() {
    return spec.name();
  }

  public boolean predefined() {
    return "true".equals(spec.labels().get(PREDEFINED_LABEL));
  }

  @Override
  public Network stamped(Version version, Instant createdAt, Instant updatedAt) {
    return with(n -> n.version(version).createdAt(createdAt).updatedAt(updatedAt));
  }

  /**
   * @param driverConfiguration the driver's name and options; overlay for those that users create
   * @param configFrom name of a config-only network that this one takes its settings from
   */
  @RecordBuilder
  public record NetworkSpec(
      String name,
      @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, String> labels,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Driver driverConfiguration,
      @JsonProperty("IPv6Enabled") @Nullable Boolean ipv6Enabled,
      @Nullable Boolean internal,
      @Nullable Boolean attachable,
      @Nullable Boolean ingress,
      @JsonProperty("IPAMOptions") @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable IpamOptions ipamOptions,
      @Nullable String scope,
      @Nullable String configFrom)
      implements NetworkNetworkSpecBuilder.With {
    public NetworkSpec {
      labels = Copies.map(labels);
    }
  }

  public record IpamOptions(
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Driver driver,
      List<IpamConfig> configs) {
    public IpamOptions {
      configs = Copies.list(configs);
    }
  }

  /**
   * A subnet in CIDR form, with the range to allocate from, the gateway and addresses set aside.
   */
  public record IpamConfig(
      @Nullable String subnet,
      @Nullable String range,
      @Nullable String gateway,
      Map<String, String> auxAddress) {
    public IpamConfig {
      auxAddress = Copies.map(auxAddress);
    }
  }
}
