package dev.skep.gateway.service;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.JobIteration;
import dev.skep.store.model.Service.JobStatus;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an update makes of a service. Pure. */
final class ServiceUpdate {
  /**
   * One deployment is several requests: new data first, then the services, each perhaps after a
   * look at a slow registry. What comes within this time of new data belongs to the same one.
   */
  private static final Duration ONE_DEPLOYMENT = Duration.ofMinutes(2);

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
    boolean joins = joins(before, spec, now);
    ServiceSpec back = before.previousSpec();
    Service after = changed(before, spec, auth, null, now);
    return joins && back != null
        ? after.with(s ->
            s.previousSpec(back)
                .previousRegistryAuth(before.previousRegistryAuth())
                .dataChangedAt(spec.equals(before.spec()) ? before.dataChangedAt() : null))
        : after;
  }

  /**
   * The service with a spec that differs in the data that it reads. Several changes of data in one
   * deployment go back together.
   */
  static Service newData(Service before, ServiceSpec spec, Instant now) {
    boolean joins = joins(before, spec, now);
    Service after = changed(before, spec, before.registryAuth(), null, now).withDataChangedAt(now);
    return joins
        ? after.with(s ->
            s.previousSpec(before.previousSpec())
                .previousRegistryAuth(before.previousRegistryAuth()))
        : after;
  }

  /**
   * Whether the update is the rest of a deployment that began with new data, so that going back
   * means to where the service was before both.
   */
  private static boolean joins(Service before, ServiceSpec spec, Instant now) {
    Instant began = before.dataChangedAt();
    return began != null
        && before.previousSpec() != null
        && (spec.equals(before.spec()) || now.isBefore(began.plus(ONE_DEPLOYMENT)));
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
            .previousRegistryAuth(before.registryAuth())
            .dataChangedAt(null));
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
