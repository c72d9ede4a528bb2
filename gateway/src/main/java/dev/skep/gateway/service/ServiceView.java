package dev.skep.gateway.service;

import dev.skep.store.model.Service;
import dev.skep.store.model.Service.Endpoint;
import dev.skep.store.model.Service.JobStatus;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service as clients see it.
 *
 * @param endpoint never absent, unlike in the store
 * @param updateStatus the service's own, or what became of a job
 */
record ServiceView(
    String id,
    Version version,
    Instant createdAt,
    Instant updatedAt,
    ServiceSpec spec,
    @Nullable ServiceSpec previousSpec,
    Endpoint endpoint,
    @Nullable UpdateStatus updateStatus,
    @Nullable ServiceStatus serviceStatus,
    @Nullable JobStatus jobStatus) {
  private static final Endpoint UNALLOCATED = new Endpoint(EndpointSpec.NONE, List.of(), List.of());

  static ServiceView of(
      Service service,
      ServiceSpec spec,
      @Nullable ServiceStatus status,
      @Nullable UpdateStatus updateStatus) {
    return new ServiceView(
        service.id(),
        service.version(),
        service.createdAt(),
        service.updatedAt(),
        spec,
        service.previousSpec(),
        service.endpoint() == null ? UNALLOCATED : service.endpoint(),
        updateStatus,
        status,
        service.jobStatus());
  }
}
