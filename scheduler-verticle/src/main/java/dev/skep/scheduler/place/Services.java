package dev.skep.scheduler.place;

import dev.skep.store.constraint.Constraint;
import dev.skep.store.constraint.Constraint.Operator;
import dev.skep.store.constraint.ConstraintException;
import dev.skep.store.model.Service;
import dev.skep.store.model.spec.TaskSpec.Placement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The services, as far as constraints name them: who is to be beside whom, and who apart. */
final class Services {
  private final Map<String, Service> services = new HashMap<>();

  /** The constraints about services of those that have any. */
  private final Map<String, List<Constraint>> choosy = new HashMap<>();

  void put(Service service) {
    services.put(service.id(), service);
    List<Constraint> about = aboutServices(service);
    if (about.isEmpty()) {
      choosy.remove(service.id());
    } else {
      choosy.put(service.id(), about);
    }
  }

  void remove(Service service) {
    services.remove(service.id());
    choosy.remove(service.id());
  }

  private static List<Constraint> aboutServices(Service service) {
    Placement placement = service.spec().taskTemplate().placement();
    if (placement == null || placement.constraints().isEmpty()) {
      return List.of();
    }
    try {
      return Constraint.parse(placement.constraints()).stream()
          .filter(Constraint::aboutServices)
          .toList();
    } catch (ConstraintException e) {
      return List.of();
    }
  }

  /** For each constraint that asks for a neighbour: the services that will do. */
  List<Set<String>> beside(List<Constraint> constraints) {
    List<Set<String>> beside = new ArrayList<>();
    for (Constraint constraint : constraints) {
      if (constraint.aboutServices() && constraint.operator() == Operator.EQUAL) {
        beside.add(named(constraint));
      }
    }
    return beside;
  }

  /**
   * The services that a task with these constraints stays away from, and those that stay away from
   * it: whoever comes second must keep the distance.
   */
  Set<String> apart(String serviceId, List<Constraint> constraints) {
    Set<String> apart = new HashSet<>();
    for (Constraint constraint : constraints) {
      if (constraint.aboutServices() && constraint.operator() == Operator.NOT_EQUAL) {
        apart.addAll(named(constraint));
      }
    }
    Service own = services.get(serviceId);
    if (own != null) {
      choosy.forEach((id, about) -> {
        if (about.stream().anyMatch(c -> c.operator() == Operator.NOT_EQUAL && c.names(own))) {
          apart.add(id);
        }
      });
    }
    return apart;
  }

  private Set<String> named(Constraint constraint) {
    Set<String> named = new HashSet<>();
    for (Service service : services.values()) {
      if (constraint.names(service)) {
        named.add(service.id());
      }
    }
    return named;
  }
}
