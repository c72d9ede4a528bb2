package dev.skep.gateway.service.rules;

import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Mount;
import dev.skep.store.model.spec.Mount.BindOptions;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.TaskSpec;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The words of a spec that the engine takes whatever their case, in lower case. It compares the
 * others (conditions, orders, modes of resolution) as they are. A word that is not known stays as
 * it came, for the error that names it.
 */
public final class ApiWords {
  static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");
  static final Set<String> PUBLISH_MODES = Set.of("ingress", "host");
  static final Set<String> MOUNT_TYPES =
      Set.of("bind", "volume", "tmpfs", "npipe", "image", "cluster");
  static final Set<String> PROPAGATIONS =
      Set.of("private", "rprivate", "shared", "rshared", "slave", "rslave");
  private static final Set<String> ISOLATIONS = Set.of("default", "process", "hyperv");

  private ApiWords() {}

  public static ServiceSpec lowerCase(ServiceSpec spec) {
    TaskSpec task = spec.taskTemplate();
    ContainerSpec container = task.containerSpec();
    EndpointSpec endpoint = spec.endpointSpec();
    return spec.with(s ->
        s.taskTemplate(container == null ? task : task.withContainerSpec(container(container)))
            .endpointSpec(endpoint == null ? null : endpoint(endpoint)));
  }

  private static ContainerSpec container(ContainerSpec container) {
    return container.with(c ->
        c.isolation(word(container.isolation(), ISOLATIONS))
            .mounts(container.mounts().stream().map(ApiWords::mount).toList()));
  }

  private static Mount mount(Mount mount) {
    BindOptions bind = mount.bindOptions();
    return mount.with(m ->
        m.type(word(mount.type(), MOUNT_TYPES))
            .bindOptions(
                bind == null
                    ? null
                    : bind.withPropagation(word(bind.propagation(), PROPAGATIONS))));
  }

  private static EndpointSpec endpoint(EndpointSpec endpoint) {
    return new EndpointSpec(
        endpoint.mode(), endpoint.ports().stream().map(ApiWords::port).toList());
  }

  private static PortConfig port(PortConfig port) {
    return port.with(p ->
        p.protocol(word(port.protocol(), PROTOCOLS))
            .publishMode(word(port.publishMode(), PUBLISH_MODES)));
  }

  private static @Nullable String word(@Nullable String given, Set<String> known) {
    String lower = given == null ? "" : given.toLowerCase(Locale.ROOT);
    return known.contains(lower) ? lower : given;
  }
}
