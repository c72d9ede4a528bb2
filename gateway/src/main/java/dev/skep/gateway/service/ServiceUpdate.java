package dev.skep.gateway.service;

import dev.skep.gateway.api.ApiError;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.JobIteration;
import dev.skep.store.model.Service.JobStatus;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.ServiceSpec;
import dev.skep.store.model.ServiceSpec.Mode;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an update makes of a service. Pure. */
final class ServiceUpdate {
  private ServiceUpdate() {}

  /**
   * The service with a new spec.
   *
   * @param auth the registry credentials that go with it
   */
  static Service to(Service before, ServiceSpec spec, @Nullable Sensitive auth, Instant now) {
    if (ModeKind.of(before.spec().mode()) != ModeKind.of(spec.mode())) {
      throw ApiError.unimplemented("service mode change is not allowed");
    }
    if (!before.name().equals(spec.name())) {
      throw ApiError.unimplemented("renaming services is not supported");
    }
    return changed(before, spec, auth, null, now);
  }

  /** The service with its previous spec; the present one becomes the previous one. */
  static Service rollback(Service before, @Nullable Sensitive auth, Instant now) {
    ServiceSpec previous = before.previousSpec();
    if (previous == null) {
      throw ApiError.failedPrecondition(
          "service " + before.id() + " does not have a previous spec");
    }
    UpdateStatus started =
        new UpdateStatus("rollback_started", now, null, "manually requested rollback");
    return changed(before, previous, auth, started, now);
  }

  private static Service changed(
      Service before,
      ServiceSpec spec,
      @Nullable Sensitive auth,
      @Nullable UpdateStatus status,
      Instant now) {
    boolean replaces =
        !before.spec().taskTemplate().equals(spec.taskTemplate())
            || !Objects.equals(before.spec().endpointSpec(), spec.endpointSpec());
    return before.with(s ->
        s.spec(spec)
            .previousSpec(before.spec())
            .specVersion(replaces ? before.version() : before.specVersion())
            .updateStatus(status)
            .jobStatus(next(before.jobStatus(), now))
            .registryAuth(auth)
            .previousRegistryAuth(before.registryAuth()));
  }

  /** Each update of a job runs it again. */
  private static @Nullable JobStatus next(@Nullable JobStatus status, Instant now) {
    return status == null
        ? null
        : new JobStatus(new JobIteration(status.jobIteration().index() + 1), now);
  }

  /** The status with which a service begins; only jobs have one. */
  static @Nullable JobStatus first(@Nullable Mode mode, Instant now) {
    return ModeKind.of(mode).job() ? new JobStatus(new JobIteration(0), now) : null;
  }
}
