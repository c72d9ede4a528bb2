package dev.skep.node.execute;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.Engine;
import dev.skep.engine.http.EngineException;
import dev.skep.node.agent.Assignments;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.container.TaskFiles;
import dev.skep.node.container.TaskFilesException;
import dev.skep.node.container.TaskMount;
import dev.skep.node.container.TaskNetwork;
import dev.skep.node.network.NetworkException;
import dev.skep.node.task.Provisions;
import dev.skep.node.task.TaskExecutor.Made;
import dev.skep.node.task.TaskRefusedException;
import dev.skep.store.model.Task;
import dev.skep.store.template.TemplateException;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the containers of tasks, on all the networks that they ask for. */
final class ContainerMaker {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerMaker.class);

  private final String nodeId;
  private final Engine engine;
  private final Provisions provisions;
  private final TaskNetworks networks;
  private final TaskFiles files;

  ContainerMaker(
      String nodeId, Engine engine, Provisions provisions, TaskNetworks networks, TaskFiles files) {
    this.nodeId = nodeId;
    this.engine = engine;
    this.provisions = provisions;
    this.networks = networks;
    this.files = files;
  }

  /** Makes the task's networks and files; gives the request for its container. */
  ContainerRequest request(Task task) {
    return refusing(() -> {
      List<TaskNetwork> joined = networks.join(task);
      Assignments assigned = provisions.assignments();
      return request(
          task,
          joined,
          files.write(task, provisions.node(), assigned.secrets(), assigned.configs()));
    });
  }

  private ContainerRequest request(Task task, List<TaskNetwork> joined, List<TaskMount> mounts) {
    return ContainerRequest.of(
        task, provisions.node(), joined, mounts, engine.apiVersion().await());
  }

  /** Makes the container, or finds the one that an earlier life of the agent made. */
  Made create(Task task, ContainerRequest request) {
    String containerId;
    try {
      containerId = engine.createContainer(request.name(), request.body()).await();
    } catch (EngineException e) {
      if (!e.conflict()) {
        throw e;
      }
      ContainerDetails existing = engine.inspectContainer(request.name()).await();
      if (!task.id().equals(existing.labels().get(ContainerRequest.TASK_LABEL))
          || !nodeId.equals(existing.labels().get(ContainerRequest.NODE_LABEL))) {
        throw e; // somebody else's container has the name
      }
      return new Made(existing.id(), existing);
    }
    for (ContainerRequest.Connect connect : request.connects()) {
      engine.connectNetwork(connect.network(), containerId, connect.endpoint()).await();
    }
    return new Made(containerId, null);
  }

  /**
   * Lets a container join the networks that it lacks: an earlier life of the agent may have ended
   * between its creation and its joining of the further networks.
   */
  void complete(Task task, String containerId) {
    ContainerRequest request = refusing(() -> request(task, networks.join(task), List.of()));
    for (ContainerRequest.Connect connect : request.connects()) {
      try {
        engine.connectNetwork(connect.network(), containerId, connect.endpoint()).await();
      } catch (EngineException e) {
        LOG.atDebug()
            .addKeyValue("task", task.id())
            .addKeyValue("network", connect.network())
            .addKeyValue("cause", e.getMessage())
            .log("joined already");
      }
    }
  }

  /** What of the task itself cannot be is the task's end, and no bug. */
  private static <T> T refusing(Supplier<T> action) {
    try {
      return action.get();
    } catch (TemplateException | TaskFilesException | NetworkException e) {
      throw new TaskRefusedException(e);
    }
  }
}
