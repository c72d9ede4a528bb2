package dev.skep.store.bus.message;

import dev.skep.store.model.Node;
import dev.skep.store.model.Node.ManagerStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.Change;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What about a change is worth telling in words, as Swarm tells it in its events' attributes:
 * {@code replicas.old} and {@code replicas.new} for a value that changed. Tasks, of which Swarm
 * tells nothing, also say whose they are.
 */
public final class Differences {
  private Differences() {}

  /** The attributes of a change beside the object's name; ordered by key. */
  public static Map<String, String> of(Change change) {
    Map<String, String> told = new TreeMap<>();
    SwarmObject before = change instanceof Change.Updated updated ? updated.before() : null;
    switch (change.object()) {
      case Service now when before instanceof Service old -> ofService(told, old, now);
      case Node now when before instanceof Node old -> ofNode(told, old, now);
      case Task now -> ofTask(told, before instanceof Task old ? old : null, now, change);
      default -> {
        // Nothing of the others changes but what only their owner knows.
      }
    }
    return Collections.unmodifiableMap(told);
  }

  private static void ofService(Map<String, String> told, Service old, Service now) {
    tell(told, "replicas", replicas(old), replicas(now));
    tell(told, "image", image(old), image(now));
    tell(told, "updatestate", updateState(old), updateState(now));
  }

  private static void ofNode(Map<String, String> told, Node old, Node now) {
    tell(told, "availability", old.spec().availability(), now.spec().availability());
    tell(told, "role", old.spec().role(), now.spec().role());
    tell(told, "state", old.status().state(), now.status().state());
    tell(told, "leader", leader(old.managerStatus()), leader(now.managerStatus()));
    tell(
        told, "reachability", reachability(old.managerStatus()), reachability(now.managerStatus()));
  }

  private static void ofTask(
      Map<String, String> told, @Nullable Task old, Task now, Change change) {
    put(told, "service.id", now.serviceId());
    put(told, "service.name", now.serviceName());
    put(told, "node.id", now.nodeId());
    if (now.slot() > 0) {
      put(told, "slot", Integer.toString(now.slot()));
    }
    boolean deleted = change instanceof Change.Deleted;
    String wasState = old == null ? "" : old.state().text();
    String wasDesired = old == null ? "" : old.desiredState().text();
    tell(told, "state", deleted ? now.state().text() : wasState, deleted ? "" : state(now));
    tell(
        told,
        "desiredstate",
        deleted ? now.desiredState().text() : wasDesired,
        deleted ? "" : now.desiredState().text());
    TaskStatus status = now.status();
    put(told, "message", status.message());
    put(told, "error", status.err());
    if (status.containerStatus() != null) {
      put(told, "container.id", status.containerStatus().containerId());
      if (now.state().ended()) {
        put(told, "exitcode", Integer.toString(status.containerStatus().exitCode()));
      }
    }
  }

  private static String state(Task task) {
    return task.state().text();
  }

  private static void tell(Map<String, String> told, String name, String before, String after) {
    if (!before.equals(after)) {
      put(told, name + ".old", before);
      put(told, name + ".new", after);
    }
  }

  private static void put(Map<String, String> told, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      told.put(name, value);
    }
  }

  private static String replicas(Service service) {
    ServiceSpec.Mode mode = service.spec().mode();
    return mode == null || mode.replicated() == null || mode.replicated().replicas() == null
        ? ""
        : Long.toString(mode.replicated().replicas());
  }

  private static String image(Service service) {
    ContainerSpec container = service.spec().taskTemplate().containerSpec();
    return container == null || container.image() == null ? "" : container.image();
  }

  private static String updateState(Service service) {
    return service.updateStatus() == null ? "" : service.updateStatus().state();
  }

  private static String leader(@Nullable ManagerStatus status) {
    return status == null ? "" : Boolean.toString(status.leader());
  }

  private static String reachability(@Nullable ManagerStatus status) {
    return status == null ? "" : status.reachability();
  }
}
