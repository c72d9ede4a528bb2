package dev.skep.scheduler.leader;

import dev.skep.scheduler.Samples;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.ServiceSpec.UpdateConfig;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import dev.skep.store.model.spec.TaskSpec.RestartPolicy;
import java.util.List;

/** What simulated users ask of their services. */
final class SimSpecs {
  private static final long MILLI = 1_000_000L;

  private final Simulation world;
  private final SimNetworks networks;
  private int images;

  SimSpecs(Simulation world, SimNetworks networks) {
    this.world = world;
    this.networks = networks;
  }

  /** What a new service is asked to be. */
  ServiceSpec made(String name) {
    ServiceSpec spec = Samples.spec(name, world.between(0, 6)).withTaskTemplate(template());
    int kind = (int) world.between(0, 9);
    if (kind == 0 || kind == 1) {
      spec = spec.withMode(Mode.everyNode());
    } else if (kind == 2) {
      long total = world.between(1, 5);
      ServiceSpec.ReplicatedJob job = new ServiceSpec.ReplicatedJob(world.between(1, 3), total);
      spec = spec.withMode(new Mode(null, null, job, null));
    } else if (kind == 3) {
      spec = spec.withMode(new Mode(null, null, null, new ServiceSpec.GlobalJob()));
    } else if (kind == 4) {
      PortConfig port = new PortConfig(null, "tcp", 80, 8080, "host");
      spec = spec.withEndpointSpec(new EndpointSpec("dnsrr", List.of(port)));
    } else if (kind == 5) {
      PortConfig port = new PortConfig(null, "tcp", 80, null, "ingress");
      spec = spec.withEndpointSpec(new EndpointSpec("vip", List.of(port)));
    }
    if (kind > 3 || kind < 2) {
      spec = spec.withUpdateConfig(config()).withRollbackConfig(config());
    }
    return spec;
  }

  UpdateConfig config() {
    List<String> actions = List.of("pause", "continue", "rollback");
    return new UpdateConfig(
        world.between(0, 3),
        world.between(0, 2) * 500 * MILLI,
        actions.get((int) world.between(0, 2)),
        world.between(0, 3) * 1000 * MILLI,
        world.chance(0.5) ? 0 : 0.4,
        world.chance(0.3) ? "start-first" : "stop-first");
  }

  private TaskSpec template() {
    RestartPolicy policy =
        new RestartPolicy(
            world.chance(0.8) ? "any" : "on-failure",
            world.between(0, 2) * 1000 * MILLI,
            world.chance(0.2) ? world.between(1, 4) : null,
            world.chance(0.5) ? 5 * Samples.SECOND : null);
    TaskSpec template = TaskSpec.of(ContainerSpec.of(image())).withRestartPolicy(policy);
    if (world.chance(0.3)) {
      template =
          template.withResources(
              new Resources(
                  null, new Resources.Reservations(500_000_000L, 1L << 30, List.of()), null, null));
    }
    return networks.some(template.withPlacement(placement()));
  }

  private Placement placement() {
    List<String> constraints =
        world.chance(0.3)
            ? List.of(world.chance(0.5) ? "node.labels.zone==a" : "node.labels.zone!=a")
            : List.of();
    return new Placement(constraints, List.of(), world.chance(0.1) ? 2L : null, List.of());
  }

  private String image() {
    images++;
    return (world.chance(0.15)
            ? "missing:"
            : world.chance(0.15) ? "broken:" : world.chance(0.1) ? "flaky:" : "web:")
        + images;
  }

  ServiceSpec scaled(ServiceSpec spec) {
    Mode mode = spec.mode();
    return mode == null || mode.replicated() == null
        ? spec
        : spec.withMode(Mode.replicated(world.between(0, 7)));
  }

  ServiceSpec updated(ServiceSpec spec) {
    TaskSpec template = spec.taskTemplate();
    ContainerSpec container = template.containerSpec();
    if (container != null && world.chance(0.2)) {
      return spec.withTaskTemplate(
          world.chance(0.5)
              ? template.withRestartPolicy(template().restartPolicy())
              : template.withContainerSpec(
                  container.withStopGracePeriod(world.between(1, 9) * Samples.SECOND)));
    }
    return spec.withTaskTemplate(
        world.chance(0.2)
            ? template.withForceUpdate(template.forceUpdate() + 1)
            : template.withContainerSpec(ContainerSpec.of(image())));
  }

  ServiceSpec placed(ServiceSpec spec) {
    return spec.withTaskTemplate(spec.taskTemplate().withPlacement(placement()));
  }

  /** Something that can be had. */
  ServiceSpec healthy(ServiceSpec spec) {
    TaskSpec template = networks.healthy(spec.taskTemplate());
    ServiceSpec next =
        spec.withTaskTemplate(
            template
                .withContainerSpec(ContainerSpec.of("web:last"))
                .withResources(null)
                .withPlacement(
                    new Placement(
                        world.chance(0.3) ? List.of("node.labels.zone==a") : List.of(),
                        List.of(),
                        null,
                        List.of())));
    boolean hostPorts =
        spec.endpointSpec() != null
            && spec.endpointSpec().ports().stream().anyMatch(port -> !port.ingress());
    if (hostPorts) {
      int own = 9000 + Math.abs(String.valueOf(spec.name()).hashCode() % 1000);
      PortConfig port = new PortConfig(null, "tcp", 80, own, "host");
      next =
          next.withMode(Mode.replicated(1))
              .withUpdateConfig(null)
              .withEndpointSpec(new EndpointSpec("dnsrr", List.of(port)));
    }
    return next;
  }
}
