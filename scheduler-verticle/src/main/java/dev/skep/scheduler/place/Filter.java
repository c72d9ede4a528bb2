package dev.skep.scheduler.place;

import dev.skep.store.constraint.Constraint;
import dev.skep.store.model.Node;
import dev.skep.store.model.NodeDescription.Platform;
import dev.skep.store.model.NodeDescription.Plugin;
import dev.skep.store.model.spec.Resources.Reservations;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A condition that a node must meet to get a task. {@link Requirements} has those of a task. */
interface Filter {
  /** The node of {@code load} is there; it may be unfit for any other reason. */
  boolean passes(NodeLoad load, Node node);

  /** What it means that a node does not pass. */
  NodeRefusal refusal();

  /** Whether the answer is in the node alone, whatever runs there. */
  default boolean fixed() {
    return false;
  }

  /** Ready, and active rather than paused or drained. */
  record Available() implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      return node.schedulable();
    }

    @Override
    public NodeRefusal refusal() {
      return NodeRefusal.NOT_AVAILABLE;
    }

    @Override
    public boolean fixed() {
      return true;
    }
  }

  /** Has what the task reserves. */
  record Roomy(Reservations reserved) implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      return load.hasFree(reserved);
    }

    @Override
    public NodeRefusal refusal() {
      return NodeRefusal.TOO_FEW_RESOURCES;
    }
  }

  /** Has the volume, network and log drivers that the task names. */
  record Plugins(
      List<String> volumeDrivers, List<String> networkDrivers, @Nullable String logDriver)
      implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      List<Plugin> plugins = node.description().engine().plugins();
      for (String driver : volumeDrivers) {
        if (!has(plugins, "Volume", driver)) {
          return false;
        }
      }
      for (String driver : networkDrivers) {
        if (!has(plugins, "Network", driver)) {
          return false;
        }
      }
      // An engine that names no log drivers says nothing about them.
      return logDriver == null
          || plugins.stream().noneMatch(plugin -> plugin.type().equals("Log"))
          || has(plugins, "Log", logDriver);
    }

    private static boolean has(List<Plugin> plugins, String type, String name) {
      for (Plugin plugin : plugins) {
        if (plugin.type().equals(type)
            && (plugin.name().equals(name) || plugin.name().equals(name + ":latest"))) {
          return true;
        }
      }
      return false;
    }

    @Override
    public NodeRefusal refusal() {
      return NodeRefusal.PLUGIN_MISSING;
    }

    @Override
    public boolean fixed() {
      return true;
    }
  }

  /** Satisfies the placement's constraints on nodes. */
  record Constrained(List<Constraint> constraints) implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      return Constraint.allHold(constraints, node);
    }

    @Override
    public NodeRefusal refusal() {
      return NodeRefusal.CONSTRAINED;
    }

    @Override
    public boolean fixed() {
      return true;
    }
  }

  /** Runs one of the platforms that the image is for. */
  record OnPlatform(List<Platform> platforms) implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      Platform has = node.description().platform();
      for (Platform wanted : platforms) {
        if (matches(architecture(wanted.architecture()), architecture(has.architecture()))
            && matches(wanted.os(), has.os())) {
          return true;
        }
      }
      return false;
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
    public NodeRefusal refusal() {
      return NodeRefusal.OTHER_PLATFORM;
    }

    @Override
    public boolean fixed() {
      return true;
    }
  }

  /** Has the task's host-mode ports free. */
  record PortsFree(List<PortConfig> ports) implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      for (PortConfig port : ports) {
        if (load.hostPortTaken(port)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public NodeRefusal refusal() {
      return NodeRefusal.PORT_TAKEN;
    }
  }

  /** Has fewer tasks of the service than it may. */
  record NotTooMany(String serviceId, long most) implements Filter {
    @Override
    public boolean passes(NodeLoad load, Node node) {
      return load.tasksOf(serviceId) < most;
    }

    @Override
    public NodeRefusal refusal() {
      return NodeRefusal.TOO_MANY_REPLICAS;
    }
  }
}
