package dev.skep.scheduler.place;

import dev.skep.scheduler.place.Filter.Available;
import dev.skep.scheduler.place.Filter.Constrained;
import dev.skep.scheduler.place.Filter.NotTooMany;
import dev.skep.scheduler.place.Filter.OnPlatform;
import dev.skep.scheduler.place.Filter.Plugins;
import dev.skep.scheduler.place.Filter.PortsFree;
import dev.skep.scheduler.place.Filter.Roomy;
import dev.skep.store.constraint.Constraint;
import dev.skep.store.constraint.ConstraintException;
import dev.skep.store.constraint.Preference;
import dev.skep.store.model.Node;
import dev.skep.store.model.Task;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.model.spec.Mount;
import dev.skep.store.model.spec.Resources.Reservations;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.NetworkAttachmentConfig;
import dev.skep.store.model.spec.TaskSpec.Placement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a task asks of its node: what it must have, and what would be better.
 *
 * @param filters all must pass, asked in this order
 * @param shape those of them that only look at the node itself, and the preferences
 * @param varying the others
 */
record Requirements(List<Filter> filters, Shape shape, List<Filter> varying) {
  /**
   * What many tasks have in common: nodes are sorted once for all that are of one shape.
   *
   * @param filters of the kind that is {@linkplain Filter#fixed fixed}
   */
  record Shape(List<Filter> filters, List<Preference> preferences) {
    /** Whether the node meets what only depends on itself. */
    boolean fits(NodeLoad load, Node node) {
      return refusing(filters, load, node) == null;
    }
  }

  static Requirements of(Task task, Fleet fleet) {
    TaskSpec spec = task.spec();
    Placement placement = spec.placement() == null ? Placement.ANYWHERE : spec.placement();
    List<Constraint> constraints = constraints(placement);
    List<Filter> filters = new ArrayList<>();
    filters.add(new Available());
    Reservations reserved = spec.reservations();
    if (!reserved.equals(Reservations.NONE)) {
      filters.add(new Roomy(reserved));
    }
    Plugins plugins = new Plugins(volumeDrivers(spec), networkDrivers(spec, fleet), log(spec));
    if (!plugins.equals(NO_PLUGINS)) {
      filters.add(plugins);
    }
    if (!constraints.isEmpty()) {
      filters.add(new Constrained(constraints));
    }
    Neighbours neighbours = fleet.neighbours(task.serviceId(), constraints);
    if (!neighbours.beside().isEmpty() || !neighbours.apart().isEmpty()) {
      filters.add(neighbours);
    }
    if (!placement.platforms().isEmpty()) {
      filters.add(new OnPlatform(placement.platforms()));
    }
    List<PortConfig> ports = NodeLoad.hostPorts(task);
    if (!ports.isEmpty()) {
      filters.add(new PortsFree(ports));
    }
    if (placement.maxReplicas() != null && placement.maxReplicas() > 0) {
      filters.add(new NotTooMany(task.serviceId(), placement.maxReplicas()));
    }
    List<Filter> fixed = new ArrayList<>();
    List<Filter> varying = new ArrayList<>();
    filters.forEach(filter -> (filter.fixed() ? fixed : varying).add(filter));
    return new Requirements(filters, new Shape(fixed, preferences(placement)), varying);
  }

  private static final Plugins NO_PLUGINS = new Plugins(List.of(), List.of(), null);

  /** Why the node is unfit; absent when it fits. */
  @Nullable NodeRefusal refusal(NodeLoad load, Node node) {
    Filter refusing = refusing(filters, load, node);
    return refusing == null ? null : refusing.refusal();
  }

  /** Whether a node of the shape has room for one more task. */
  boolean hasRoom(NodeLoad load) {
    Node node = load.node();
    return node != null && refusing(varying, load, node) == null;
  }

  private static @Nullable Filter refusing(List<Filter> filters, NodeLoad load, Node node) {
    for (Filter filter : filters) {
      if (!filter.passes(load, node)) {
        return filter;
      }
    }
    return null;
  }

  // The gateway refuses constraints that cannot be read. A stored one has no effect.

  private static List<Constraint> constraints(Placement placement) {
    try {
      return Constraint.parse(placement.constraints());
    } catch (ConstraintException e) {
      return List.of();
    }
  }

  private static List<Preference> preferences(Placement placement) {
    try {
      return Preference.parse(placement.preferences());
    } catch (ConstraintException e) {
      return List.of();
    }
  }

  private static List<String> volumeDrivers(TaskSpec spec) {
    ContainerSpec container = spec.containerSpec();
    Set<String> drivers = new LinkedHashSet<>();
    for (Mount mount : container == null ? List.<Mount>of() : container.mounts()) {
      String name = mount.volumeOptions() == null ? "" : name(mount.volumeOptions().driverConfig());
      if ("volume".equals(mount.type()) && !name.isEmpty() && !name.equals("local")) {
        drivers.add(name);
      }
    }
    return List.copyOf(drivers);
  }

  private static List<String> networkDrivers(TaskSpec spec, Fleet fleet) {
    Set<String> drivers = new LinkedHashSet<>();
    for (NetworkAttachmentConfig network : spec.networks()) {
      String name = fleet.networkDriver(network.target() == null ? "" : network.target());
      // Networks of the swarm are Skep's own work, on every node.
      if (!name.isEmpty() && !name.equals("overlay") && !name.equals("bridge")) {
        drivers.add(name);
      }
    }
    return List.copyOf(drivers);
  }

  private static @Nullable String log(TaskSpec spec) {
    String name = name(spec.logDriver());
    return name.isEmpty() || name.equals("none") ? null : name;
  }

  private static String name(@Nullable Driver driver) {
    return driver == null || driver.name() == null ? "" : driver.name();
  }
}
