package dev.skep.gateway.service.spec;

import dev.skep.gateway.service.rules.OptionalText;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.ServiceSpec.Replicated;
import dev.skep.store.model.spec.ServiceSpec.ReplicatedJob;
import dev.skep.store.model.spec.ServiceSpec.UpdateConfig;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.RestartPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A spec in the form in which the engine keeps and echoes it: said as given, with the few words
 * filled in that the engine fills in.
 */
public final class NormalSpec {
  private static final String DEFAULT_ISOLATION = "default";
  private static final String DEFAULT_MOUNT = "bind";

  private NormalSpec() {}

  /**
   * Networks beside the task template, where older clients put them, count where the template has
   * none, and move there.
   */
  public static ServiceSpec of(ServiceSpec spec) {
    TaskSpec task = spec.taskTemplate();
    ContainerSpec container = task.containerSpec();
    TaskSpec normal =
        task.with(t ->
            t.runtime("container")
                .containerSpec(container == null ? null : container(container))
                .networks(task.networks().isEmpty() ? spec.networks() : task.networks())
                .restartPolicy(restart(task.restartPolicy())));
    return spec.with(s ->
        s.taskTemplate(normal)
            .networks(List.of())
            .mode(mode(spec.mode()))
            .updateConfig(update(spec.updateConfig()))
            .rollbackConfig(update(spec.rollbackConfig()))
            .endpointSpec(endpoint(spec.endpointSpec())));
  }

  private static ContainerSpec container(ContainerSpec container) {
    return container.with(c ->
        c.isolation(OptionalText.or(container.isolation(), DEFAULT_ISOLATION))
            .mounts(
                container.mounts().stream()
                    .map(mount -> mount.withType(OptionalText.or(mount.type(), DEFAULT_MOUNT)))
                    .toList()));
  }

  private static @Nullable RestartPolicy restart(@Nullable RestartPolicy policy) {
    return policy == null
        ? null
        : new RestartPolicy(
            OptionalText.or(policy.condition(), "any"),
            policy.delay(),
            policy.maxAttempts() == null ? Long.valueOf(0) : policy.maxAttempts(),
            policy.window());
  }

  private static Mode mode(@Nullable Mode mode) {
    if (mode == null) {
      return Mode.replicated(1);
    }
    if (mode.global() != null || mode.globalJob() != null) {
      return mode;
    }
    if (mode.replicatedJob() != null) {
      ReplicatedJob job = mode.replicatedJob();
      long concurrent = job.maxConcurrent() == null ? 1 : job.maxConcurrent();
      long completions = job.totalCompletions() == null ? concurrent : job.totalCompletions();
      return new Mode(null, null, new ReplicatedJob(concurrent, completions), null);
    }
    Replicated replicated = mode.replicated();
    return Mode.replicated(
        replicated == null || replicated.replicas() == null ? 1 : replicated.replicas());
  }

  private static @Nullable UpdateConfig update(@Nullable UpdateConfig config) {
    return config == null
        ? null
        : new UpdateConfig(
            config.parallelism(),
            config.delay() == null || config.delay() == 0 ? null : config.delay(),
            OptionalText.or(config.failureAction(), "pause"),
            config.monitor(),
            config.maxFailureRatio(),
            OptionalText.or(config.order(), "stop-first"));
  }

  private static @Nullable EndpointSpec endpoint(@Nullable EndpointSpec endpoint) {
    return endpoint == null
        ? null
        : new EndpointSpec(
            OptionalText.or(endpoint.mode(), "vip"),
            endpoint.ports().stream().map(NormalSpec::port).toList());
  }

  private static PortConfig port(PortConfig port) {
    return port.with(p ->
        p.protocol(port.protocolOrTcp())
            .publishMode(OptionalText.or(port.publishMode(), "ingress"))
            .publishedPort(port.publishedPortOrZero() == 0 ? null : port.publishedPort())
            .name(OptionalText.orEmpty(port.name()).isEmpty() ? null : port.name()));
  }
}
