package dev.skep.gateway.event;

import dev.skep.store.Change;
import dev.skep.store.Commit;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.ManagerStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a commit looks like as events. Pure. */
final class SwarmEvents {
  private static final Set<Kind> SHOWN =
      Set.of(Kind.NODE, Kind.SERVICE, Kind.NETWORK, Kind.SECRET, Kind.CONFIG);

  private SwarmEvents() {}

  /** The events of a commit, in its order; tasks make none. */
  static List<SwarmEvent> of(Commit commit) {
    return commit.changes().stream().flatMap(change -> event(change, commit)).toList();
  }

  private static Stream<SwarmEvent> event(Change change, Commit commit) {
    SwarmObject object = change.object();
    if (!SHOWN.contains(object.kind())) {
      return Stream.of();
    }
    Map<String, String> attributes = new TreeMap<>();
    attributes.put("name", object.name());
    String action =
        switch (change) {
          case Change.Created _ -> "create";
          case Change.Updated(SwarmObject before, SwarmObject after) -> {
            differences(attributes, before, after);
            yield "update";
          }
          case Change.Deleted _ -> "remove";
        };
    return Stream.of(
        new SwarmEvent(object.kind().noun(), action, object.id(), attributes, commit.at()));
  }

  private static void differences(
      Map<String, String> attributes, SwarmObject before, SwarmObject after) {
    if (before instanceof Service old && after instanceof Service now) {
      difference(attributes, "replicas", replicas(old), replicas(now));
      difference(attributes, "image", image(old), image(now));
      difference(attributes, "updatestate", updateState(old), updateState(now));
    } else if (before instanceof Node old && after instanceof Node now) {
      difference(attributes, "availability", old.spec().availability(), now.spec().availability());
      difference(attributes, "role", old.spec().role(), now.spec().role());
      difference(attributes, "state", old.status().state(), now.status().state());
      difference(attributes, "leader", leader(old.managerStatus()), leader(now.managerStatus()));
      difference(
          attributes,
          "reachability",
          reachability(old.managerStatus()),
          reachability(now.managerStatus()));
    }
  }

  private static void difference(
      Map<String, String> attributes, String name, String before, String after) {
    if (before.equals(after)) {
      return;
    }
    if (!before.isEmpty()) {
      attributes.put(name + ".old", before);
    }
    if (!after.isEmpty()) {
      attributes.put(name + ".new", after);
    }
  }

  private static String replicas(Service service) {
    var mode = service.spec().mode();
    return mode == null || mode.replicated() == null || mode.replicated().replicas() == null
        ? ""
        : Long.toString(mode.replicated().replicas());
  }

  private static String image(Service service) {
    var container = service.spec().taskTemplate().containerSpec();
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
