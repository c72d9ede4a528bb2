package dev.skep.gateway.service.spec;

import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpec.DnsConfig;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.UpdateConfig;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import dev.skep.store.model.spec.TaskSpec.RestartPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A spec with the defaults written out, for {@code ?insertDefaults=true}. */
public final class DefaultSpec {
  private static final long STOP_GRACE_NANOS = 10_000_000_000L;
  private static final long RESTART_DELAY_NANOS = 5_000_000_000L;
  private static final long MONITOR_NANOS = 5_000_000_000L;

  private DefaultSpec() {}

  public static ServiceSpec of(ServiceSpec spec) {
    TaskSpec task = spec.taskTemplate();
    TaskSpec full =
        task.with(t ->
            t.containerSpec(task.containerSpec() == null ? null : container(task.containerSpec()))
                .resources(
                    task.resources() == null
                        ? new Resources(null, null, null, null)
                        : task.resources())
                .restartPolicy(restart(task.restartPolicy()))
                .placement(task.placement() == null ? Placement.ANYWHERE : task.placement()));
    return spec.with(s ->
        s.taskTemplate(full)
            .updateConfig(update(spec.updateConfig()))
            .rollbackConfig(update(spec.rollbackConfig())));
  }

  private static ContainerSpec container(ContainerSpec container) {
    return container.with(c ->
        c.stopGracePeriod(
                container.stopGracePeriod() == null
                    ? Long.valueOf(STOP_GRACE_NANOS)
                    : container.stopGracePeriod())
            .dnsConfig(
                container.dnsConfig() == null
                    ? new DnsConfig(List.of(), List.of(), List.of())
                    : container.dnsConfig()));
  }

  private static RestartPolicy restart(@Nullable RestartPolicy policy) {
    return policy == null
        ? new RestartPolicy("any", RESTART_DELAY_NANOS, 0L, null)
        : new RestartPolicy(
            policy.condition(),
            policy.delay() == null ? Long.valueOf(RESTART_DELAY_NANOS) : policy.delay(),
            policy.maxAttempts(),
            policy.window());
  }

  private static UpdateConfig update(@Nullable UpdateConfig config) {
    return config == null
        ? new UpdateConfig(1, null, "pause", MONITOR_NANOS, 0, "stop-first")
        : new UpdateConfig(
            config.parallelism(),
            config.delay(),
            config.failureAction(),
            config.monitor() == null ? Long.valueOf(MONITOR_NANOS) : config.monitor(),
            config.maxFailureRatio(),
            config.order());
  }
}
