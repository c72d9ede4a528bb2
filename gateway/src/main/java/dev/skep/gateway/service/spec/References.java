package dev.skep.gateway.service.spec;

import dev.skep.gateway.api.cluster.Lookup;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoFormat;
import dev.skep.gateway.service.rules.OptionalText;
import dev.skep.store.model.Blob;
import dev.skep.store.model.Network;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec.NetworkAttachmentConfig;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.DataVersions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a spec names in the swarm: networks, secrets, configs. */
public final class References {
  private References() {}

  /**
   * The spec with networks by id instead of by name.
   *
   * @param localNetworks names of networks that only the host's engine has
   */
  public static ServiceSpec resolveNetworks(
      ServiceSpec spec, ClusterState state, Set<String> localNetworks) {
    List<NetworkAttachmentConfig> resolved =
        spec.taskTemplate().networks().stream()
            .map(network ->
                new NetworkAttachmentConfig(
                    networkId(OptionalText.orEmpty(network.target()), state, localNetworks),
                    network.aliases(),
                    network.driverOpts()))
            .toList();
    return spec.withTaskTemplate(spec.taskTemplate().withNetworks(resolved));
  }

  /**
   * The spec with each secret and config at a version of its data: the one that the service is at,
   * or the present one where it reads the object for the first time or is forced to start anew.
   *
   * @param before the spec that the service has; absent when it is new
   */
  public static ServiceSpec resolveData(
      ServiceSpec spec, @Nullable ServiceSpec before, ClusterState state) {
    boolean anew =
        before != null && before.taskTemplate().forceUpdate() != spec.taskTemplate().forceUpdate();
    ServiceSpec kept = anew ? null : before;
    ContainerSpec container = spec.taskTemplate().containerSpec();
    if (container == null) {
      return spec;
    }
    ServiceSpec resolved = spec;
    for (Blob blob : blobs(container, state)) {
      long version = DataVersions.of(kept, blob).findFirst().orElseGet(blob::dataVersion);
      resolved = DataVersions.at(resolved, blob, version);
    }
    return resolved;
  }

  /** The secrets and configs that a container reads, as far as there are such. */
  private static List<Blob> blobs(ContainerSpec container, ClusterState state) {
    List<Blob> blobs = new ArrayList<>();
    container
        .secrets()
        .forEach(ref -> state.secret(OptionalText.orEmpty(ref.secretId())).ifPresent(blobs::add));
    container
        .configs()
        .forEach(ref -> state.config(OptionalText.orEmpty(ref.configId())).ifPresent(blobs::add));
    return blobs;
  }

  private static String networkId(String target, ClusterState state, Set<String> localNetworks) {
    try {
      return Lookup.network(state, target).id();
    } catch (ApiError e) {
      if (e.status() != ApiError.NOT_FOUND) {
        throw e;
      }
      if (localNetworks.contains(target)) {
        throw ApiError.forbidden(
            "The network "
                + target
                + " cannot be used with services. Only networks scoped to the swarm can be used,"
                + " such as those created with the overlay driver.");
      }
      throw ApiError.internal(e.getMessage());
    }
  }

  /** Throws {@link ApiError} when something that the spec names is missing or not for services. */
  public static void check(ServiceSpec spec, ClusterState state) {
    for (NetworkAttachmentConfig network : spec.taskTemplate().networks()) {
      state
          .network(OptionalText.orEmpty(network.target()))
          .filter(n -> Boolean.TRUE.equals(n.spec().ingress()))
          .ifPresent(n -> {
            throw ApiError.invalidArgument(
                "Service cannot be explicitly attached to the ingress network "
                    + GoFormat.quote(n.name())
                    + " which is a swarm internal network");
          });
      state
          .network(OptionalText.orEmpty(network.target()))
          .filter(n -> n.predefined() && says(network))
          .ifPresent(n -> {
            throw ApiError.notImplemented(
                "Aliases and DriverOpts are not supported on the network "
                    + GoFormat.quote(n.name())
                    + ", which is each engine's own; attach the service to an overlay network");
          });
    }
    hostAlone(spec, state);
    ContainerSpec container = spec.taskTemplate().containerSpec();
    if (container != null) {
      secrets(container, state);
      configs(container, state);
    }
    if (needsIngress(spec) && state.networks().stream().noneMatch(References::isIngress)) {
      throw ApiError.failedPrecondition(
          "service needs ingress network, but no ingress network is present");
    }
  }

  /** Swarm takes such a service and rejects each of its tasks with these words. */
  private static void hostAlone(ServiceSpec spec, ClusterState state) {
    Set<String> joined =
        spec.taskTemplate().networks().stream()
            .map(network -> OptionalText.orEmpty(network.target()))
            .collect(Collectors.toSet());
    boolean host =
        joined.stream()
            .flatMap(id -> state.network(id).stream())
            .anyMatch(network -> network.predefined() && network.name().equals("host"));
    if (host && joined.size() > 1) {
      throw ApiError.invalidArgument(
          "container cannot be disconnected from host network or connected to host network; use"
              + " the network \"host\" alone");
    }
  }

  private static boolean says(NetworkAttachmentConfig network) {
    return !network.aliases().isEmpty() || !network.driverOpts().isEmpty();
  }

  private static boolean isIngress(Network network) {
    return Boolean.TRUE.equals(network.spec().ingress());
  }

  /** Whether the service publishes a port on every node. */
  public static boolean needsIngress(ServiceSpec spec) {
    return spec.endpointSpec() != null
        && !"dnsrr".equals(spec.endpointSpec().mode())
        && spec.endpointSpec().ports().stream().anyMatch(ServiceSpec.PortConfig::ingress);
  }

  private static void secrets(ContainerSpec container, ClusterState state) {
    List<String> missing = new ArrayList<>();
    container
        .secrets()
        .forEach(ref -> {
          boolean there =
              state
                  .secret(OptionalText.orEmpty(ref.secretId()))
                  .filter(secret -> secret.name().equals(ref.secretName()))
                  .isPresent();
          if (!there) {
            missing.add(OptionalText.orEmpty(ref.secretName()));
          }
        });
    refuseMissing("secret", missing);
  }

  private static void configs(ContainerSpec container, ClusterState state) {
    List<String> missing = new ArrayList<>();
    container
        .configs()
        .forEach(ref -> {
          boolean there =
              state
                  .config(OptionalText.orEmpty(ref.configId()))
                  .filter(config -> config.name().equals(ref.configName()))
                  .isPresent();
          if (!there) {
            missing.add(OptionalText.orEmpty(ref.configName()));
          }
        });
    refuseMissing("config", missing);
  }

  private static void refuseMissing(String noun, List<String> missing) {
    if (!missing.isEmpty()) {
      throw ApiError.invalidArgument(
          noun + (missing.size() == 1 ? "" : "s") + " not found: " + String.join(", ", missing));
    }
  }
}
