package dev.skep.gateway.service.rules;

import dev.skep.gateway.api.cluster.NameRule;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoFormat;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpec.ConfigReference;
import dev.skep.store.model.spec.ContainerSpec.FileTarget;
import dev.skep.store.model.spec.ContainerSpec.Healthcheck;
import dev.skep.store.model.spec.ContainerSpec.SecretReference;
import dev.skep.store.model.spec.Mount;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.ServiceSpec.UpdateConfig;
import dev.skep.store.model.spec.TaskSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a spec may hold, by itself: swarmkit's rules, in its order and words. */
public final class SpecRules {
  private static final long MIN_NANO_CPUS = 1_000_000;
  private static final long MIN_MEMORY_BYTES = 4L * 1024 * 1024;
  private static final long UNLIMITED_SWAP = -1;
  private static final long MAX_SWAPPINESS = 100;
  private static final double NANOS = 1e9;
  private static final long MIN_HEALTH_NANOS = 1_000_000;

  private SpecRules() {}

  /** Throws {@link ApiError} for a spec that breaks a rule. */
  public static void check(ServiceSpec spec) {
    NameRule.check(OptionalText.orEmpty(spec.name()));
    task(spec.taskTemplate());
    if (spec.taskTemplate().containerSpec() != null) {
      container(spec.taskTemplate().containerSpec());
    }
    TemplateRules.check(spec.taskTemplate(), spec.labels());
    endpoint(spec.endpointSpec());
    mode(spec);
    update(spec.updateConfig());
    update(spec.rollbackConfig());
    if (spec.taskTemplate().containerSpec() != null) {
      secrets(spec.taskTemplate().containerSpec());
      configs(spec.taskTemplate().containerSpec());
    }
  }

  private static void task(TaskSpec task) {
    Resources resources = task.resources();
    if (resources != null && resources.limits() != null) {
      resources(resources.limits().nanoCpus(), resources.limits().memoryBytes());
      if (orZero(resources.limits().pids()) < 0) {
        throw ApiError.invalidArgument("invalid pids value: Must not be negative");
      }
    }
    if (resources != null) {
      swap(resources);
    }
    if (resources != null && resources.reservations() != null) {
      resources(resources.reservations().nanoCpus(), resources.reservations().memoryBytes());
    }
    if (task.restartPolicy() != null) {
      notNegative(task.restartPolicy().delay(), "TaskSpec: restart-delay cannot be negative");
      notNegative(task.restartPolicy().window(), "TaskSpec: restart-window cannot be negative");
    }
    PlacementRules.check(task);
  }

  private static void swap(Resources resources) {
    long memory = resources.limits() == null ? 0 : orZero(resources.limits().memoryBytes());
    long swap = orZero(resources.swapBytes());
    if (swap < UNLIMITED_SWAP) {
      throw ApiError.invalidArgument(
          "invalid swap value " + swap + ": Must be -1 (unlimited) or a number of bytes");
    }
    if (resources.swapBytes() != null && memory == 0) {
      throw ApiError.invalidArgument("SwapBytes can only be used together with a memory limit");
    }
    Long swappiness = resources.memorySwappiness();
    if (swappiness != null && (swappiness < -1 || swappiness > MAX_SWAPPINESS)) {
      throw ApiError.invalidArgument(
          "invalid MemorySwappiness value " + swappiness + ": Must be from -1 (unset) to 100");
    }
  }

  private static void resources(@Nullable Long nanoCpus, @Nullable Long memoryBytes) {
    long cpus = orZero(nanoCpus);
    if (cpus != 0 && cpus < MIN_NANO_CPUS) {
      throw ApiError.invalidArgument(
          "invalid cpu value %s: Must be at least %s"
              .formatted(GoFormat.number(cpus / NANOS), GoFormat.number(MIN_NANO_CPUS / NANOS)));
    }
    long memory = orZero(memoryBytes);
    if (memory != 0 && memory < MIN_MEMORY_BYTES) {
      throw ApiError.invalidArgument("invalid memory value " + memory + ": Must be at least 4MiB");
    }
  }

  private static void container(ContainerSpec container) {
    String image = OptionalText.orEmpty(container.image());
    if (image.isEmpty()) {
      throw ApiError.invalidArgument("ContainerSpec: image reference must be provided");
    }
    if (!ImageReference.valid(image)) {
      throw ApiError.invalidArgument(
          "ContainerSpec: " + GoFormat.quote(image) + " is not a valid repository/tag");
    }
    Set<String> targets = new HashSet<>();
    for (Mount mount : container.mounts()) {
      if (!targets.add(OptionalText.orEmpty(mount.target()))) {
        throw ApiError.invalidArgument("ContainerSpec: duplicate mount point: " + mount.target());
      }
    }
    if (container.healthcheck() != null) {
      health(container.healthcheck());
    }
  }

  private static void health(Healthcheck check) {
    health("Interval", check.interval());
    health("Timeout", check.timeout());
    health("StartPeriod", check.startPeriod());
    health("StartInterval", check.startInterval());
    if (check.retries() != null && check.retries() < 0) {
      throw ApiError.invalidArgument("ContainerSpec: Retries in HealthConfig cannot be negative");
    }
  }

  private static void health(String what, @Nullable Long nanos) {
    if (orZero(nanos) != 0 && orZero(nanos) < MIN_HEALTH_NANOS) {
      throw ApiError.invalidArgument(
          "ContainerSpec: " + what + " in HealthConfig cannot be less than 1ms");
    }
  }

  private static void endpoint(@Nullable EndpointSpec endpoint) {
    if (endpoint == null) {
      return;
    }
    Set<String> published = new HashSet<>();
    for (PortConfig port : endpoint.ports()) {
      if ("dnsrr".equals(endpoint.mode()) && port.ingress()) {
        throw ApiError.invalidArgument(
            "EndpointSpec: port published with ingress mode can't be used with dnsrr mode");
      }
      if (port.publishedPortOrZero() != 0
          && !published.add(port.publishedPortOrZero() + "/" + port.protocolOrTcp())) {
        throw ApiError.invalidArgument("EndpointSpec: duplicate published ports provided");
      }
    }
  }

  private static void mode(ServiceSpec spec) {
    Mode mode = spec.mode();
    if (mode == null) {
      return;
    }
    if (mode.replicated() != null) {
      notNegative(mode.replicated().replicas(), "Number of replicas must be non-negative");
    }
    if (mode.replicatedJob() != null) {
      notNegative(
          mode.replicatedJob().maxConcurrent(), "Maximum concurrent jobs must not be negative");
      notNegative(
          mode.replicatedJob().totalCompletions(), "Total completed jobs must not be negative");
    }
    if ((mode.replicatedJob() != null || mode.globalJob() != null) && spec.updateConfig() != null) {
      throw ApiError.invalidArgument("Jobs may not have an update config");
    }
  }

  private static void update(@Nullable UpdateConfig config) {
    if (config == null) {
      return;
    }
    if (config.parallelism() < 0) {
      throw ApiError.invalidArgument("TaskSpec: update-parallelism cannot be negative");
    }
    notNegative(config.delay(), "TaskSpec: update-delay cannot be negative");
    notNegative(config.monitor(), "TaskSpec: update-monitor cannot be negative");
    if (config.maxFailureRatio() < 0 || config.maxFailureRatio() > 1) {
      throw ApiError.invalidArgument(
          "TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1");
    }
  }

  private static void secrets(ContainerSpec container) {
    Map<String, String> targets = new HashMap<>();
    for (SecretReference ref : container.secrets()) {
      if (OptionalText.orEmpty(ref.secretId()).isEmpty()
          || OptionalText.orEmpty(ref.secretName()).isEmpty()) {
        throw ApiError.invalidArgument("malformed secret reference");
      }
      if (ref.file() == null) {
        throw ApiError.invalidArgument("malformed secret reference, no target provided");
      }
      claimTarget("secret", ref.file(), OptionalText.orEmpty(ref.secretName()), targets);
    }
  }

  private static void configs(ContainerSpec container) {
    Map<String, String> targets = new HashMap<>();
    for (ConfigReference ref : container.configs()) {
      if (OptionalText.orEmpty(ref.configId()).isEmpty()
          || OptionalText.orEmpty(ref.configName()).isEmpty()) {
        throw ApiError.invalidArgument("malformed config reference");
      }
      if (ref.file() == null && ref.runtime() == null) {
        throw ApiError.invalidArgument("malformed config reference, no target provided");
      }
      if (ref.file() != null) {
        claimTarget("config", ref.file(), OptionalText.orEmpty(ref.configName()), targets);
      }
    }
  }

  private static void claimTarget(
      String noun, FileTarget file, String name, Map<String, String> targets) {
    String target = OptionalText.orEmpty(file.name());
    if (target.isEmpty()) {
      throw ApiError.invalidArgument(
          "malformed file " + noun + " reference, invalid target file name provided");
    }
    String other = targets.putIfAbsent(target, name);
    if (other != null) {
      throw ApiError.invalidArgument(
          "%s references '%s' and '%s' have a conflicting target: '%s'"
              .formatted(noun, other, name, target));
    }
  }

  private static void notNegative(@Nullable Long value, String message) {
    if (orZero(value) < 0) {
      throw ApiError.invalidArgument(message);
    }
  }

  private static long orZero(@Nullable Long value) {
    return value == null ? 0 : value;
  }
}
