package dev.skep.store;

import dev.skep.store.constraint.Constraint;
import dev.skep.store.constraint.ConstraintException;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import dev.skep.store.model.ServiceSpec.EndpointSpec;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskSpec;
import org.jspecify.annotations.Nullable;

/**
 * Whether a task is what its service asks for now, or must be replaced by a rolling update. The
 * scheduler and the gateway's {@code _up-to-date} filter must agree on this.
 */
public final class TaskFreshness {
  private TaskFreshness() {}

  /** As {@link #upToDate(Service, Task, Node)}, with the task's node looked up in {@code state}. */
  public static boolean upToDate(Service service, Task task, ClusterState state) {
    return upToDate(service, task, state.node(task.nodeId()).orElse(null));
  }

  /**
   * A task is up to date when it was made from the service's spec version, or from an equal task
   * template and endpoint. A change of the placement alone asks for no replacement as long as the
   * task's node satisfies the new one.
   *
   * @param node the task's node; absent while it has none
   */
  public static boolean upToDate(Service service, Task task, @Nullable Node node) {
    if (task.specVersion() != null && task.specVersion().equals(service.specVersion())) {
      return true;
    }
    if (!endpointOf(service)
        .equals(task.endpoint() == null ? EndpointSpec.NONE : task.endpoint())) {
      return false;
    }
    TaskSpec wanted = templateOf(service);
    if (wanted.equals(task.spec())) {
      return true;
    }
    return node != null
        && wanted.withPlacement(task.spec().placement()).equals(task.spec())
        && placementAllows(wanted, node);
  }

  /**
   * The task spec that new tasks of the service get: the template without what only services show.
   */
  public static TaskSpec templateOf(Service service) {
    TaskSpec template = service.spec().taskTemplate();
    return template.runtime() == null ? template : template.withRuntime(null);
  }

  /** The endpoint spec that new tasks of the service get. */
  public static EndpointSpec endpointOf(Service service) {
    EndpointSpec said = service.spec().endpointSpec();
    return said == null ? EndpointSpec.NONE : said;
  }

  private static boolean placementAllows(TaskSpec wanted, Node node) {
    if (wanted.placement() == null) {
      return true;
    }
    try {
      return Constraint.allHold(Constraint.parse(wanted.placement().constraints()), node);
    } catch (ConstraintException e) {
      return true;
    }
  }
}
