package dev.skep.node.execute;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.http.EngineException;
import dev.skep.node.container.TaskNames;
import dev.skep.node.container.TaskNetwork;
import dev.skep.node.network.NetworkRequest;
import dev.skep.node.network.NodeNetworks;
import dev.skep.node.task.Provisions;
import dev.skep.store.model.Network;
import dev.skep.store.model.Task;
import dev.skep.store.model.spec.TaskSpec.NetworkAttachmentConfig;
import dev.skep.store.template.Template;
import dev.skep.store.template.TemplateScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The networks of tasks: those that they ask for, and those that their containers are on. */
public final class TaskNetworks {
  private final NodeNetworks networks;
  private final Provisions provisions;

  public TaskNetworks(NodeNetworks networks, Provisions provisions) {
    this.networks = networks;
    this.provisions = provisions;
  }

  /** Sees to the networks that the task joins. */
  List<TaskNetwork> join(Task task) {
    List<TaskNetwork> joined = new ArrayList<>();
    for (NetworkAttachmentConfig wanted : task.spec().networks()) {
      Network network = network(wanted);
      if (network == null) {
        throw new EngineException(404, "network " + idOf(wanted) + " not found");
      }
      joined.add(
          network.predefined()
              ? TaskNetwork.predefined(network.name(), wanted.driverOpts())
              : join(task, wanted, network));
    }
    return joined;
  }

  private TaskNetwork join(Task task, NetworkAttachmentConfig wanted, Network network) {
    NodeNetworks.Place place = networks.join(NetworkRequest.of(network), task.id(), null);
    TemplateScope scope = provisions.node().scope(task);
    Map<String, String> options = new TreeMap<>();
    wanted.driverOpts().forEach((key, value) -> options.put(key, Template.expand(scope, value)));
    List<String> names = List.copyOf(TaskNames.on(wanted, task, provisions.node()));
    return new TaskNetwork(
        place.attachment().engineName(),
        false,
        place.attachment().address(),
        place.nameServer(),
        place.nameServer().isEmpty() ? names : List.of(),
        options);
  }

  /** Whether others may connect to the task, so that its addresses belong to its being started. */
  boolean reachable(Task task) {
    return (task.endpoint() != null && !task.endpoint().ports().isEmpty())
        || task.spec().networks().stream()
            .map(this::network)
            .anyMatch(network -> network != null && !network.predefined());
  }

  /** Where a running container is on networks; notes that the task uses these. */
  List<Task.NetworkAttachment> attachments(Task task, ContainerDetails details) {
    List<Task.NetworkAttachment> attachments = new ArrayList<>();
    for (NetworkAttachmentConfig wanted : task.spec().networks()) {
      Network network = network(wanted);
      ContainerDetails.Endpoint endpoint =
          details.endpoints().get(networks.engineName(idOf(wanted)));
      if (endpoint != null) {
        networks.adopt(
            idOf(wanted), network == null ? null : NetworkRequest.of(network), task.id());
      }
      attachments.add(new Task.NetworkAttachment(network, addresses(endpoint)));
    }
    if (task.spec().networks().isEmpty()) {
      details.endpoints().values().stream()
          .map(TaskNetworks::addresses)
          .filter(addresses -> !addresses.isEmpty())
          .forEach(addresses -> attachments.add(new Task.NetworkAttachment(null, addresses)));
    }
    return attachments;
  }

  /** The task's container is gone. */
  void release(String taskId) {
    networks.release(taskId);
  }

  private @Nullable Network network(NetworkAttachmentConfig wanted) {
    return provisions.assignments().networks().get(idOf(wanted));
  }

  private static String idOf(NetworkAttachmentConfig wanted) {
    return Objects.requireNonNullElse(wanted.target(), "");
  }

  private static List<String> addresses(ContainerDetails.@Nullable Endpoint endpoint) {
    return endpoint == null
        ? List.of()
        : Stream.of(endpoint.address(), endpoint.address6()).filter(a -> !a.isEmpty()).toList();
  }
}
