package dev.skep.scheduler.orchestrate;

import dev.skep.store.model.Service;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.spec.ServiceSpec.UpdateConfig;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a service's tasks are replaced, with the API's defaults filled in: by its update config, or
 * by its rollback config while it goes back.
 *
 * @param rollback whether the service goes back to an earlier spec
 * @param startedAt when the update that is under way began; absent when none is
 */
record UpdateTerms(UpdateConfig config, boolean rollback, @Nullable Instant startedAt) {
  private static final UpdateConfig DEFAULT = new UpdateConfig(1, 0L, null, null, 0, null);
  private static final Duration DEFAULT_MONITOR = Duration.ofSeconds(5);

  static UpdateTerms of(Service service) {
    UpdateStatus status = service.updateStatus();
    String state = status == null ? "" : status.state();
    boolean rollback = state.equals("rollback_started") || state.equals("rollback_paused");
    UpdateConfig said = rollback ? service.spec().rollbackConfig() : service.spec().updateConfig();
    Instant startedAt = null;
    if (status != null && (state.equals("updating") || state.equals("rollback_started"))) {
      startedAt = status.startedAt() == null ? service.updatedAt() : status.startedAt();
    }
    return new UpdateTerms(said == null ? DEFAULT : said, rollback, startedAt);
  }

  UpdateTerms startedAt(Instant at) {
    return new UpdateTerms(config, rollback, at);
  }

  boolean startFirst() {
    return "start-first".equals(config.order());
  }

  /** How many of {@code slots} slots may be replaced at a time. */
  int parallelism(int slots) {
    return config.parallelism() <= 0 ? slots : (int) Math.min(config.parallelism(), slots);
  }

  /** The pause after each slot. */
  Duration delay() {
    return nanos(config.delay(), Duration.ZERO);
  }

  /** How long after its start a new task is watched. */
  Duration monitor() {
    return nanos(config.monitor(), DEFAULT_MONITOR);
  }

  /** pause, continue or rollback. */
  String failureAction() {
    return config.failureAction() == null ? "pause" : config.failureAction();
  }

  private static Duration nanos(@Nullable Long said, Duration otherwise) {
    return said == null ? otherwise : Duration.ofNanos(Math.max(0, said));
  }
}
