package dev.skep.store.state;

import dev.skep.store.constraint.Constraint;
import dev.skep.store.constraint.ConstraintException;
import dev.skep.store.model.Node;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.Placement;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether a task is what its service asks for now, or must be replaced by a rolling update. The
 * scheduler and the gateway's {@code _up-to-date} filter must agree on this.
 */
public final class TaskFreshness {
  private final Service service;
  private final TaskSpec template;
  private final EndpointSpec endpoint;

  private TaskFreshness(Service service) {
    this.service = service;
    TaskSpec said = service.spec().taskTemplate();
    this.template = said.runtime() == null ? said : said.withRuntime(null);
    EndpointSpec asked = service.spec().endpointSpec();
    this.endpoint = asked == null ? EndpointSpec.NONE : asked;
  }

  public static TaskFreshness of(Service service) {
    return new TaskFreshness(service);
  }

  /**
   * The task spec that new tasks of the service get: the template without what only services show.
   */
  public TaskSpec template() {
    return template;
  }

  /** The endpoint spec that new tasks of the service get. */
  public EndpointSpec endpoint() {
    return endpoint;
  }

  /** As {@link #upToDate(Task, Node)}, with the task's node looked up in {@code state}. */
  public boolean upToDate(Task task, ClusterState state) {
    return upToDate(task, state::node);
  }

  /**
   * As {@link #upToDate(Task, Node)}, with the task's node looked up where the answer depends on
   * it.
   *
   * @param nodes the node of an id
   */
  public boolean upToDate(Task task, Function<String, Optional<Node>> nodes) {
    return sameVersion(task) || upToDate(task, nodes.apply(task.nodeId()).orElse(null));
  }

  private boolean sameVersion(Task task) {
    return task.specVersion() != null && task.specVersion().equals(service.specVersion());
  }

  /**
   * A task is up to date when it was made from the service's spec version, or from an equal task
   * template and endpoint. A change of the placement alone asks for no replacement as long as the
   * task's node satisfies the new one; nor does a change of what a live task {@linkplain #adapted
   * takes over}.
   *
   * @param node the task's node; absent while it has none
   */
  public boolean upToDate(Task task, @Nullable Node node) {
    if (sameVersion(task)) {
      return true;
    }
    if (!endpoint.equals(task.endpoint() == null ? EndpointSpec.NONE : task.endpoint())) {
      return false;
    }
    TaskSpec spec = task.state().ended() ? task.spec() : adapted(task.spec());
    return template.equals(spec)
        || (node != null
            && template.withPlacement(spec.placement()).equals(spec)
            && placementAllows(spec.placement(), node));
  }

  /**
   * A live task's spec with what needs no new container: the grace period, which counts when the
   * container is stopped, and the restart policy, which counts when it has ended. The template
   * itself where nothing else differs.
   */
  public TaskSpec adapted(TaskSpec spec) {
    ContainerSpec own = spec.containerSpec();
    ContainerSpec now = template.containerSpec();
    boolean samePolicy = Objects.equals(spec.restartPolicy(), template.restartPolicy());
    boolean sameGrace =
        own == null || now == null || Objects.equals(own.stopGracePeriod(), now.stopGracePeriod());
    if (samePolicy && sameGrace) {
      return spec;
    }
    TaskSpec adapted = samePolicy ? spec : spec.withRestartPolicy(template.restartPolicy());
    if (!sameGrace && own != null && now != null) {
      adapted = adapted.withContainerSpec(own.withStopGracePeriod(now.stopGracePeriod()));
    }
    return adapted.equals(template) ? template : adapted;
  }

  /**
   * Constraints about other services are not checked against the node, which does not know them:
   * where these changed, the task is placed anew.
   */
  private boolean placementAllows(@Nullable Placement before, Node node) {
    try {
      List<Constraint> wanted = constraints(template.placement());
      return Constraint.allHold(wanted, node)
          && aboutServices(wanted).equals(aboutServices(constraints(before)));
    } catch (ConstraintException e) {
      return true;
    }
  }

  private static List<Constraint> constraints(@Nullable Placement placement) {
    return placement == null ? List.of() : Constraint.parse(placement.constraints());
  }

  private static List<Constraint> aboutServices(List<Constraint> constraints) {
    return constraints.stream().filter(Constraint::aboutServices).toList();
  }
}
