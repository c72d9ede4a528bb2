package dev.skep.gateway.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of POST /networks/create. */
record AskedNetwork(
    @Nullable String name,
    @Nullable String driver,
    @Nullable String scope,
    @JsonProperty("EnableIPv6") @Nullable Boolean enableIpv6,
    @Nullable Ipam ipam,
    @Nullable Boolean checkDuplicate,
    @Nullable Boolean internal,
    @Nullable Boolean attachable,
    @Nullable Boolean ingress,
    @Nullable Boolean configOnly,
    @Nullable ConfigFrom configFrom,
    @Nullable Map<String, String> options,
    @Nullable Map<String, String> labels) {

  record Ipam(
      @Nullable String driver,
      @Nullable Map<String, String> options,
      @Nullable List<Pool> config) {}

  record Pool(
      @Nullable String subnet,
      @JsonProperty("IPRange") @Nullable String ipRange,
      @Nullable String gateway,
      @JsonProperty("AuxiliaryAddresses") @Nullable Map<String, String> auxiliaryAddresses) {}

  record ConfigFrom(@Nullable String network) {}

  String nameOrEmpty() {
    return name == null ? "" : name;
  }

  String driverOrEmpty() {
    return driver == null ? "" : driver;
  }

  /** Whether the network is for the whole swarm; a mere configuration never is. */
  boolean ofSwarm() {
    return !Boolean.TRUE.equals(configOnly) && (overlay() || "swarm".equals(scope));
  }

  boolean overlay() {
    return driverOrEmpty().equals("overlay");
  }
}
