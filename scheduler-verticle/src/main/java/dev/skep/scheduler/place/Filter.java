package dev.skep.scheduler.place;

import dev.skep.store.constraint.Constraint;
import dev.skep.store.constraint.ConstraintException;
import dev.skep.store.model.ContainerSpec;
import dev.skep.store.model.Driver;
import dev.skep.store.model.Mount;
import dev.skep.store.model.Node;
import dev.skep.store.model.NodeDescription.Platform;
import dev.skep.store.model.NodeDescription.Plugin;
import dev.skep.store.model.Resources.Reservations;
import dev.skep.store.model.ServiceSpec.PortConfig;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A condition that a node must meet to get a task, with Swarm's words for nodes that do not. */
interface Filter {
  /** The node of {@code load} is there; it may be unfit for any reason. */
  boolean passes(NodeLoad load, Node node);

  /** Why {@code nodes} nodes were refused. */
  String explain(int nodes);

  /** Those that matter for {@code task}, in the order in which they are asked. */
  static List<Filter> of(Task task) {
    List<Filter> filters = new ArrayList<>();
    filters.add(new Available());
    Reservations reserved = task.spec().reservations();
    if (!reserved.equals(Reservations.NONE)) {
      filters.add(new Roomy(reserved));
    }
    Plugins plugins = Plugins.of(task.spec());
    if (plugins != null) {
      filters.add(plugins);
    }
    TaskSpec.Placement placement = task.spec().placement();
    if (placement != null && !placement.constraints().isEmpty()) {
      filters.add(Constrained.of(placement.constraints()));
    }
    if (placement != null && !placement.platforms().isEmpty()) {
      filters.add(new OnPlatform(placement.platforms()));
    }
    List<PortConfig> ports = NodeLoad.hostPorts(task);
    if (!ports.isEmpty()) {
      filters.add(new PortsFree(ports));
    }
    if (placement != null && placement.maxReplicas() != null && placement.maxReplicas() > 0) {
      filters.add(new NotTooMany(task.serviceId(), placement.maxReplicas()));
    }
    return filters;
  }

  private static String counted(String words, int nodes) {
    return words + " on " + nodes + (nodes == 1 ? " node" : " nodes");
  }

  /** Ready, and active rather than paused or drained. */
  record Available() implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      return node.schedulable();
    }

    @Override
    public String explain(int nodes) {
      return nodes + (nodes == 1 ? " node" : " nodes") + " not available for new tasks";
    }
  }

  /** Has what the task reserves. */
  record Roomy(Reservations reserved) implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      return load.hasFree(reserved);
    }

    @Override
    public String explain(int nodes) {
      return counted("insufficient resources", nodes);
    }
  }

  /** Has the volume and log drivers that the task names. */
  record Plugins(List<String> volumeDrivers, @Nullable String logDriver) implements Filter {
    static @Nullable Plugins of(TaskSpec spec) {
      ContainerSpec container = spec.containerSpec();
      List<String> volumes = new ArrayList<>();
      for (Mount mount : container == null ? List.<Mount>of() : container.mounts()) {
        Driver driver = mount.volumeOptions() == null ? null : mount.volumeOptions().driverConfig();
        String name = driver == null ? null : driver.name();
        if ("volume".equals(mount.type()) && name != null && !name.isEmpty()) {
          if (!name.equals("local")) {
            volumes.add(name);
          }
        }
      }
      String log = spec.logDriver() == null ? null : spec.logDriver().name();
      if (log != null && (log.isEmpty() || log.equals("none"))) {
        log = null;
      }
      return volumes.isEmpty() && log == null ? null : new Plugins(volumes, log);
    }

    @Override
    public boolean passes(NodeLoad load, Node node) {
      List<Plugin> plugins = node.description().engine().plugins();
      for (String driver : volumeDrivers) {
        if (!has(plugins, "Volume", driver)) {
          return false;
        }
      }
      // An engine that names no log drivers says nothing about them.
      return logDriver == null
          || plugins.stream().noneMatch(plugin -> plugin.type().equals("Log"))
          || has(plugins, "Log", logDriver);
    }

    private static boolean has(List<Plugin> plugins, String type, String name) {
      return plugins.stream()
          .anyMatch(plugin ->
              plugin.type().equals(type)
                  && (plugin.name().equals(name) || plugin.name().equals(name + ":latest")));
    }

    @Override
    public String explain(int nodes) {
      return counted("missing plugin", nodes);
    }
  }

  /**
   * Satisfies the placement's constraints. Unreadable ones, which the gateway refuses, bind not.
   */
  record Constrained(List<Constraint> constraints) implements Filter {
    static Constrained of(List<String> expressions) {
      try {
        return new Constrained(Constraint.parse(expressions));
      } catch (ConstraintException e) {
        return new Constrained(List.of());
      }
    }

    @Override
    public boolean passes(NodeLoad load, Node node) {
      return Constraint.allHold(constraints, node);
    }

    @Override
    public String explain(int nodes) {
      return counted("scheduling constraints not satisfied", nodes);
    }
  }

  /** Runs one of the platforms that the image is for. */
  record OnPlatform(List<Platform> platforms) implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      Platform has = node.description().platform();
      return platforms.stream()
          .anyMatch(wanted ->
              matches(architecture(wanted.architecture()), architecture(has.architecture()))
                  && matches(wanted.os(), has.os()));
    }

    private static boolean matches(@Nullable String wanted, @Nullable String has) {
      return wanted == null || wanted.isEmpty() || wanted.equals(has);
    }

    private static @Nullable String architecture(@Nullable String name) {
      return switch (name) {
        case "x86_64" -> "amd64";
        case "aarch64" -> "arm64";
        case null -> null;
        default -> name;
      };
    }

    @Override
    public String explain(int nodes) {
      return counted("unsupported platform", nodes);
    }
  }

  /** Has the task's host-mode ports free. */
  record PortsFree(List<PortConfig> ports) implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      return ports.stream().noneMatch(load::hostPortTaken);
    }

    @Override
    public String explain(int nodes) {
      return counted("host-mode port already in use", nodes);
    }
  }

  /** Has fewer tasks of the service than it may. */
  record NotTooMany(String serviceId, long most) implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      return load.tasksOf(serviceId) < most;
    }

    @Override
    public String explain(int nodes) {
      return "max replicas per node limit exceed";
    }
  }
}
