package dev.skep.gateway.service.rules;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoFormat;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpec.Privileges;
import dev.skep.store.model.spec.ContainerSpec.Seccomp;
import dev.skep.store.model.spec.Mount;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.ServiceSpec.UpdateConfig;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.RestartPolicy;
import java.util.Base64;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether a spec's words are ones that the API knows, as the engine checks before it hands the spec
 * to the swarm; its errors are a bare 400.
 */
public final class SpecShape {
  private static final String MISMATCH = "mismatched Runtime and *Spec fields";
  private static final Set<String> CONDITIONS = Set.of("none", "on-failure", "any");
  private static final Set<String> FAILURE_ACTIONS = Set.of("pause", "continue", "rollback");
  private static final Set<String> ORDERS = Set.of("stop-first", "start-first");
  private static final Set<String> RESOLUTIONS = Set.of("vip", "dnsrr");
  private static final Set<String> SECCOMP_MODES = Set.of("default", "unconfined", "custom");
  private static final Set<String> APP_ARMOR_MODES = Set.of("default", "disabled");
  private static final Pattern HOST_LINE = Pattern.compile("\\S+(\\s+\\S+)+");
  private static final int MAX_PORT = 65_535;

  private SpecShape() {}

  /** Throws {@link ApiError} for a spec that cannot be meant. */
  public static void check(ServiceSpec spec) {
    runtime(spec.taskTemplate());
    restart(spec.taskTemplate().restartPolicy());
    mode(spec.mode());
    update(spec.updateConfig());
    update(spec.rollbackConfig());
    endpoint(spec.endpointSpec());
  }

  private static void runtime(TaskSpec task) {
    String runtime = OptionalText.orEmpty(task.runtime());
    switch (runtime) {
      case "", "container" -> {
        if (task.containerSpec() == null) {
          throw ApiError.badRequest(MISMATCH);
        }
        container(task.containerSpec());
      }
      case "plugin" -> {
        if (task.pluginSpec() == null) {
          throw ApiError.badRequest(MISMATCH);
        }
        // SpecSupport refuses it by name.
      }
      default -> throw ApiError.badRequest("unsupported runtime");
    }
  }

  private static void container(ContainerSpec container) {
    for (Mount mount : container.mounts()) {
      String type = OptionalText.orEmpty(mount.type());
      if (!type.isEmpty() && !ApiWords.MOUNT_TYPES.contains(type)) {
        throw ApiError.badRequest("invalid MountType: " + GoFormat.quote(type));
      }
      String propagation =
          mount.bindOptions() == null
              ? ""
              : OptionalText.orEmpty(mount.bindOptions().propagation());
      if (!propagation.isEmpty() && !ApiWords.PROPAGATIONS.contains(propagation)) {
        throw ApiError.badRequest("invalid MountPropagation: " + GoFormat.quote(propagation));
      }
    }
    for (String line : container.hosts()) {
      if (!HOST_LINE.matcher(line.strip()).matches()) {
        throw ApiError.badRequest(
            "invalid Hosts entry: " + GoFormat.quote(line) + "; give an address and a name");
      }
    }
    if (container.privileges() != null) {
      privileges(container.privileges());
    }
  }

  private static void privileges(Privileges privileges) {
    if (privileges.seccomp() != null) {
      seccomp(privileges.seccomp());
    }
    String appArmor =
        privileges.appArmor() == null ? "" : OptionalText.orEmpty(privileges.appArmor().mode());
    if (!appArmor.isEmpty() && !APP_ARMOR_MODES.contains(appArmor)) {
      throw ApiError.badRequest("invalid AppArmorMode: " + GoFormat.quote(appArmor));
    }
  }

  /** A profile goes with the mode custom and only with it, so that none is set aside unread. */
  private static void seccomp(Seccomp seccomp) {
    String mode = OptionalText.orEmpty(seccomp.mode());
    if (!mode.isEmpty() && !SECCOMP_MODES.contains(mode)) {
      throw ApiError.badRequest("invalid SeccompMode: " + GoFormat.quote(mode));
    }
    String profile = OptionalText.orEmpty(seccomp.profile());
    if (mode.equals("custom") == profile.isEmpty()) {
      throw ApiError.badRequest(
          "a Seccomp Profile goes with the Mode \"custom\", and that mode needs one");
    }
    try {
      Base64.getDecoder().decode(profile);
    } catch (IllegalArgumentException e) {
      throw ApiError.badRequest("illegal base64 data in the Seccomp Profile");
    }
  }

  private static void restart(@Nullable RestartPolicy policy) {
    String condition = policy == null ? "" : OptionalText.orEmpty(policy.condition());
    if (!condition.isEmpty() && !CONDITIONS.contains(condition)) {
      throw ApiError.badRequest("invalid RestartCondition: " + GoFormat.quote(condition));
    }
  }

  private static void mode(@Nullable Mode mode) {
    if (mode != null
        && Stream.of(mode.replicated(), mode.global(), mode.replicatedJob(), mode.globalJob())
                .filter(Objects::nonNull)
                .count()
            > 1) {
      throw ApiError.badRequest("must specify only one service mode");
    }
  }

  private static void update(@Nullable UpdateConfig config) {
    if (config == null) {
      return;
    }
    String action = OptionalText.orEmpty(config.failureAction());
    if (!action.isEmpty() && !FAILURE_ACTIONS.contains(action)) {
      throw ApiError.badRequest("unrecognized update failure action " + action);
    }
    String order = OptionalText.orEmpty(config.order());
    if (!order.isEmpty() && !ORDERS.contains(order)) {
      throw ApiError.badRequest("unrecognized update order " + order);
    }
  }

  private static void endpoint(@Nullable EndpointSpec endpoint) {
    if (endpoint == null) {
      return;
    }
    String mode = OptionalText.orEmpty(endpoint.mode());
    if (!mode.isEmpty() && !RESOLUTIONS.contains(mode)) {
      throw ApiError.badRequest("invalid resolution mode: " + GoFormat.quote(mode));
    }
    for (PortConfig port : endpoint.ports()) {
      if (!ApiWords.PROTOCOLS.contains(port.protocolOrTcp())) {
        throw ApiError.badRequest("invalid protocol: " + GoFormat.quote(port.protocolOrTcp()));
      }
      String publish = OptionalText.orEmpty(port.publishMode());
      if (!publish.isEmpty() && !ApiWords.PUBLISH_MODES.contains(publish)) {
        throw ApiError.badRequest("invalid PublishMode: " + GoFormat.quote(publish));
      }
      if (port.targetPortOrZero() < 1 || port.targetPortOrZero() > MAX_PORT) {
        throw ApiError.badRequest("invalid target port: " + port.targetPortOrZero());
      }
      if (port.publishedPortOrZero() < 0 || port.publishedPortOrZero() > MAX_PORT) {
        throw ApiError.badRequest("invalid published port: " + port.publishedPortOrZero());
      }
    }
  }
}
