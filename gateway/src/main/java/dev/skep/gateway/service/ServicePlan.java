package dev.skep.gateway.service;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.service.rules.ApiWords;
import dev.skep.gateway.service.rules.SpecRules;
import dev.skep.gateway.service.rules.SpecShape;
import dev.skep.gateway.service.rules.SpecSupport;
import dev.skep.gateway.service.spec.NormalSpec;
import dev.skep.gateway.service.spec.PublishedPorts;
import dev.skep.gateway.service.spec.References;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Service;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What both creating and updating check of a spec, against one snapshot. Pure. */
final class ServicePlan {
  private ServicePlan() {}

  /** The spec in the form in which it is stored, as far as that needs no snapshot. */
  static ServiceSpec accepted(ServiceSpec asked) {
    ServiceSpec spec = ApiWords.lowerCase(asked);
    SpecShape.check(spec);
    SpecSupport.check(spec);
    return NormalSpec.of(spec);
  }

  /**
   * The accepted spec with names resolved, all of it checked.
   *
   * @param before the service as it is; absent when it is new
   */
  static ServiceSpec checked(
      ServiceSpec accepted,
      String serviceId,
      @Nullable Service before,
      ClusterState state,
      Set<String> localNetworks) {
    ServiceSpec spec =
        References.resolveData(
            References.resolveNetworks(accepted, state, localNetworks),
            before == null ? null : before.spec(),
            state);
    SpecRules.check(spec);
    checkInSwarm(spec, serviceId, state);
    return spec;
  }

  /** Whether what the spec names and publishes is there to be had. */
  static void checkInSwarm(ServiceSpec spec, String serviceId, ClusterState state) {
    References.check(spec, state);
    PublishedPorts.checkFree(spec, serviceId, state);
  }

  /** Whether all networks that the spec names are the swarm's. */
  static boolean knowsNetworks(ServiceSpec accepted, ClusterState state) {
    try {
      References.resolveNetworks(accepted, state, Set.of());
      return true;
    } catch (ApiError e) {
      return false;
    }
  }

  /** Adds what must not have changed meanwhile for the checks to hold. */
  static void guard(Transaction.Builder transaction, ServiceSpec spec, ClusterState state) {
    if (!PublishedPorts.portsOf(spec).isEmpty()) {
      transaction.unchanged(Kind.SERVICE, state);
    }
    if (!spec.taskTemplate().networks().isEmpty() || References.needsIngress(spec)) {
      transaction.unchanged(Kind.NETWORK, state);
    }
    ContainerSpec container = spec.taskTemplate().containerSpec();
    if (container != null && !container.secrets().isEmpty()) {
      transaction.unchanged(Kind.SECRET, state);
    }
    if (container != null && !container.configs().isEmpty()) {
      transaction.unchanged(Kind.CONFIG, state);
    }
  }
}
