package dev.skep.gateway.task;

import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Filters;
import dev.skep.gateway.api.cluster.Lookup;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.TaskFreshness;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The filters of GET /tasks.
 *
 * @param services ids that the service filter names; empty for any
 * @param nodes ids that the node filter names; empty for any
 */
record TaskFilter(Filters filters, Set<String> services, Set<String> nodes, ClusterState state)
    implements Predicate<Task> {
  private static final Set<String> KEYS =
      Set.of("name", "id", "label", "service", "node", "desired-state", "runtime", "_up-to-date");

  static TaskFilter of(Call call, ClusterState state) {
    Filters filters = call.filters(KEYS).words("desired-state");
    for (String value : filters.get("desired-state")) {
      if (!known(value)) {
        throw ApiError.internal("Invalid desired-state filter: '" + value + "'");
      }
    }
    Set<String> services =
        filters.get("service").stream()
            .map(term -> Lookup.service(state, term).id())
            .collect(Collectors.toSet());
    Set<String> nodes =
        filters.get("node").stream()
            .map(term -> Lookup.node(state, term).id())
            .collect(Collectors.toSet());
    return new TaskFilter(filters, services, nodes, state);
  }

  private static boolean known(String state) {
    for (TaskState known : TaskState.values()) {
      if (known.text().equals(state)) {
        return true;
      }
    }
    return false;
  }

  /** The tasks among which to look: the CLI asks five times a second for those of one service. */
  Collection<Task> candidates() {
    return services.size() == 1 ? state.tasksOfService(services.iterator().next()) : state.tasks();
  }

  @Override
  public boolean test(Task task) {
    return (services.isEmpty() || services.contains(task.serviceId()))
        && (nodes.isEmpty() || nodes.contains(task.nodeId()))
        && filters.any("desired-state", task.desiredState().text()::equals)
        && filters.prefix("name", task.name())
        && filters.prefix("id", task.id())
        && filters.labels("label", labels(task))
        && filters.exactly("runtime", "container")
        && (!filters.has("_up-to-date") || upToDate(task));
  }

  /** The service's labels, as they are now or were when it was last seen. */
  private Map<String, String> labels(Task task) {
    return state
        .service(task.serviceId())
        .map(service -> service.spec().labels())
        .orElse(task.serviceLabels());
  }

  private boolean upToDate(Task task) {
    Optional<Service> service = state.service(task.serviceId());
    return service.isPresent() && TaskFreshness.of(service.get()).upToDate(task, state);
  }
}
