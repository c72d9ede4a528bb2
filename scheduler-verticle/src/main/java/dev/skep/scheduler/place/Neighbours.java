package dev.skep.scheduler.place;

import dev.skep.store.model.Node;
import java.util.List;
import java.util.Set;

/**
 * Where tasks of some services are, and none of others.
 *
 * @param beside of each set the node must have a service; a set in which the task's own service is
 *     holds anywhere while none of it is placed, or its first task could go nowhere
 * @param apart services of which the node must have none
 */
record Neighbours(Fleet fleet, String serviceId, List<Set<String>> beside, Set<String> apart)
    implements Filter {
  @Override
  public boolean passes(NodeLoad load, Node node) {
    for (Set<String> services : beside) {
      if (!load.hasAny(services) && !(services.contains(serviceId) && nowhere(services))) {
        return false;
      }
    }
    return !load.hasAny(apart);
  }

  private boolean nowhere(Set<String> services) {
    return services.stream().allMatch(service -> fleet.withTasksOf(service).isEmpty());
  }

  @Override
  public NodeRefusal refusal() {
    return NodeRefusal.CONSTRAINED;
  }
}
