package dev.skep.node;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.Engine;
import dev.skep.engine.EngineException;
import dev.skep.engine.ImageDetails;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.container.NodeFacts;
import dev.skep.node.container.StopRule;
import dev.skep.node.container.TaskFiles;
import dev.skep.node.container.TaskMount;
import dev.skep.node.container.TaskNetwork;
import dev.skep.node.fiber.Fibers;
import dev.skep.node.fiber.Gate;
import dev.skep.node.fiber.Gate.Urgency;
import dev.skep.node.image.Images;
import dev.skep.node.network.LocalNetworks;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.IngressMessages.Drain;
import dev.skep.store.bus.IngressMessages.Drained;
import dev.skep.store.model.ContainerSpec;
import dev.skep.store.model.Network;
import dev.skep.store.model.OneLine;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskSpec;
import dev.skep.store.model.TaskState;
import dev.skep.store.template.Template;
import dev.skep.store.template.TemplateScope;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out single steps of tasks: everything here talks to the engine, waits for it, and notes
 * in the {@link Kept} what became of it. Bounded: an engine on two processors was fastest with
 * eight calls at once, for creation as for removal.
 */
final class TaskWork {
  private static final Logger LOG = LoggerFactory.getLogger(TaskWork.class);

  private static final int ENGINE_CALLS = 8;

  /** How often a pull's progress shows in the task's message: each time is a commit. */
  private static final Duration PULL_TOLD_EVERY = Duration.ofSeconds(1);

  /**
   * A stop that takes longer than this waits for its container, not for the engine, and makes room
   * for the next.
   */
  private static final Duration SLOW_STOP = Duration.ofMillis(250);

  /** How long the event of a container's end may lag behind the answer to its stop. */
  private static final Duration LATE_EVENT = Duration.ofSeconds(1);

  /** What the ingress may take longer to answer than the grace it was given. */
  private static final Duration DRAIN_SLACK = Duration.ofSeconds(5);

  private final Engine engine;
  private final Fibers fibers;
  private final Bus bus;
  private final String nodeId;
  private final Images images;
  private final LocalNetworks networks;
  private final NameFeed names;
  private final TaskFiles files;
  private final Gate gate = new Gate(ENGINE_CALLS);
  private Assignments assignments = Assignments.NONE;
  private NodeFacts node;

  TaskWork(
      Engine engine,
      Fibers fibers,
      Bus bus,
      NodeFacts node,
      Images images,
      LocalNetworks networks,
      NameFeed names,
      TaskFiles files) {
    this.engine = engine;
    this.fibers = fibers;
    this.bus = bus;
    this.nodeId = node.nodeId();
    this.node = node;
    this.images = images;
    this.networks = networks;
    this.names = names;
    this.files = files;
  }

  /** What tasks need, from now on. */
  void provide(Assignments now) {
    assignments = now;
    names.provide(now);
  }

  void provide(NodeFacts facts) {
    node = facts;
    names.provide(facts);
  }

  /** Something about the task changed: it may be found by its names now, or no more. */
  void note(Kept kept) {
    names.note(kept);
  }

  /**
   * Makes the task's container. Gives up quietly when the task is not wanted any more while its
   * image is fetched.
   *
   * @param said told when the task's status message has changed
   */
  void prepare(Kept kept, Runnable said) {
    Task task = taskOf(kept);
    ContainerSpec spec = ContainerRequest.containerOf(task);
    Sensitive auth = assignments.registryAuths().get(task.serviceId());
    String reference = ContainerRequest.imageOf(spec);
    Future<ImageDetails> fetched =
        fibers.start(() -> images.ensure(reference, auth == null ? "" : auth.text()));
    String preparing = kept.status.message();
    while (!fetched.isComplete()) {
      fibers.await(fetched, kept.changed, PULL_TOLD_EVERY);
      if (!(kept.next() instanceof Step.Prepare)) {
        return;
      }
      String progress = images.pulling(reference).orElse(preparing);
      if (!Objects.equals(OneLine.of(progress), kept.status.message())) {
        kept.status = kept.status.withMessage(progress);
        said.run();
      }
    }
    kept.status = kept.status.withMessage(preparing);
    ImageDetails image = fetched.await();
    kept.stopSignal =
        spec.stopSignal() == null || spec.stopSignal().isEmpty()
            ? image.stopSignal()
            : spec.stopSignal();
    kept.probed = probed(spec, image);

    List<TaskNetwork> joined = joinNetworks(task);
    List<TaskMount> mounts = files.write(task, node, assignments.secrets(), assignments.configs());
    ContainerRequest request =
        ContainerRequest.of(task, node, joined, mounts, engine.apiVersion().await());
    gate.enter(Urgency.NORMAL).await();
    try {
      create(kept, request);
    } finally {
      gate.leave();
    }
  }

  /** The spec's own probe stands before the image's; NONE switches it off. */
  private static boolean probed(ContainerSpec spec, ImageDetails image) {
    ContainerSpec.Healthcheck own = spec.healthcheck();
    if (own == null || own.test().isEmpty()) {
      return image.healthcheck();
    }
    return !own.test().getFirst().equals("NONE");
  }

  private void create(Kept kept, ContainerRequest request) {
    String containerId;
    try {
      containerId = engine.createContainer(request.name(), request.body()).await();
    } catch (EngineException e) {
      if (!e.conflict()) {
        throw e;
      }
      ContainerDetails existing = engine.inspectContainer(request.name()).await();
      if (!kept.id.equals(existing.labels().get(ContainerRequest.TASK_LABEL))
          || !nodeId.equals(existing.labels().get(ContainerRequest.NODE_LABEL))) {
        throw e; // somebody else's container has the name
      }
      kept.see(existing);
      return;
    }
    for (ContainerRequest.Connect connect : request.connects()) {
      engine.connectNetwork(connect.network(), containerId, connect.endpoint()).await();
    }
    kept.complete = true;
    if (kept.observed instanceof Observed.Absent) {
      kept.observed = new Observed.Created(containerId);
    }
  }

  /** Sees to the networks that the task joins. */
  private List<TaskNetwork> joinNetworks(Task task) {
    List<TaskNetwork> joined = new ArrayList<>();
    TemplateScope scope = node.scope(task);
    for (TaskSpec.NetworkAttachmentConfig wanted : task.spec().networks()) {
      String id = wanted.target() == null ? "" : wanted.target();
      Network network = assignments.networks().get(id);
      if (network == null) {
        throw new EngineException(404, "network " + id + " not found");
      }
      if (network.predefined()) {
        joined.add(new TaskNetwork(network.name(), true, "", List.of(), wanted.driverOpts()));
        continue;
      }
      String nameServer = networks.use(network, task.id());
      Set<String> aliases = names.names(task, wanted);
      Map<String, String> options = new TreeMap<>();
      wanted.driverOpts().forEach((key, value) -> options.put(key, Template.expand(scope, value)));
      joined.add(
          new TaskNetwork(
              LocalNetworks.engineName(id, nodeId),
              false,
              nameServer,
              nameServer.isEmpty() ? List.copyOf(aliases) : List.of(),
              options));
    }
    return joined;
  }

  /** Starts the container, and looks at it where others need to know its addresses or ports. */
  void start(Kept kept, String containerId) {
    Task task = taskOf(kept);
    gate.enter(Urgency.HIGH).await();
    try {
      if (!kept.complete) {
        complete(kept, task, containerId);
      }
      engine.startContainer(containerId).await();
      if (kept.observed instanceof Observed.Created) {
        kept.started(containerId);
      }
    } finally {
      gate.leave();
    }
    if (reachable(task)) {
      observe(kept, containerId);
    }
  }

  /**
   * An earlier life of the agent may have ended between a container's creation and its joining of
   * the further networks.
   */
  private void complete(Kept kept, Task task, String containerId) {
    ContainerRequest request =
        ContainerRequest.of(task, node, joinNetworks(task), List.of(), engine.apiVersion().await());
    for (ContainerRequest.Connect connect : request.connects()) {
      try {
        engine.connectNetwork(connect.network(), containerId, connect.endpoint()).await();
      } catch (EngineException e) {
        LOG.atDebug()
            .addKeyValue("task", kept.id)
            .addKeyValue("network", connect.network())
            .addKeyValue("cause", e.getMessage())
            .log("joined already");
      }
    }
    kept.complete = true;
  }

  /** Whether others may connect to the task, so that its addresses belong to its being started. */
  private boolean reachable(Task task) {
    return (task.endpoint() != null && !task.endpoint().ports().isEmpty())
        || task.spec().networks().stream()
            .anyMatch(n -> {
              Network network = assignments.networks().get(String.valueOf(n.target()));
              return network != null && !network.predefined();
            });
  }

  /**
   * Fills in what a start does not tell (the process id), when the engine has nothing better to do.
   */
  void lookLater(Kept kept) {
    gate.enter(Urgency.IDLE).await();
    try {
      if (kept.observed instanceof Observed.Alive alive && alive.pid() == 0) {
        look(kept, engine.inspectContainer(alive.containerId()).await());
      }
    } finally {
      gate.leave();
    }
  }

  /** Looks at the container, whatever its state; it may be gone. */
  void observe(Kept kept, String container) {
    gate.enter(Urgency.HIGH).await();
    try {
      look(kept, engine.inspectContainer(container).await());
    } catch (EngineException e) {
      if (!e.notFound()) {
        throw e;
      }
      kept.observed = Observed.ABSENT;
    } finally {
      gate.leave();
    }
  }

  private void look(Kept kept, ContainerDetails details) {
    kept.see(details);
    kept.nameless = details;
    relate(kept);
  }

  /** Brings what was seen of the container together with its task, if both are there. */
  void relate(Kept kept) {
    Task task = kept.task;
    ContainerDetails details = kept.nameless;
    if (task == null || details == null) {
      return;
    }
    kept.nameless = null;
    if (kept.observed instanceof Observed.Alive) {
      kept.bound(task, details);
      kept.networks = attachments(task, details);
    }
  }

  private List<Task.NetworkAttachment> attachments(Task task, ContainerDetails details) {
    List<Task.NetworkAttachment> attachments = new ArrayList<>();
    for (TaskSpec.NetworkAttachmentConfig wanted : task.spec().networks()) {
      String id = wanted.target() == null ? "" : wanted.target();
      Network network = assignments.networks().get(id);
      ContainerDetails.Endpoint endpoint =
          details.endpoints().get(LocalNetworks.engineName(id, nodeId));
      if (endpoint != null) {
        networks.adopt(id, task.id());
      }
      attachments.add(new Task.NetworkAttachment(network, addresses(endpoint)));
    }
    if (task.spec().networks().isEmpty()) {
      details.endpoints().values().stream()
          .map(TaskWork::addresses)
          .filter(a -> !a.isEmpty())
          .forEach(a -> attachments.add(new Task.NetworkAttachment(null, a)));
    }
    return attachments;
  }

  private static List<String> addresses(
      ContainerDetails.@org.jspecify.annotations.Nullable Endpoint endpoint) {
    if (endpoint == null) {
      return List.of();
    }
    return java.util.stream.Stream.of(endpoint.address(), endpoint.address6())
        .filter(a -> !a.isEmpty())
        .toList();
  }

  /** Lets the task's connections end, then stops the container and waits for its end. */
  void stop(Kept kept, String containerId) {
    drain(kept);
    gate.enter(Urgency.HIGH).await();
    Future<Void> stopped;
    try {
      ContainerSpec spec = kept.spec();
      // The service may have got another grace period since the container was made.
      stopped =
          spec == null
              ? engine.stopContainer(containerId)
              : engine.stopContainer(containerId, StopRule.grace(spec));
      fibers.await(stopped, SLOW_STOP);
    } finally {
      gate.leave();
    }
    try {
      stopped.await();
    } catch (EngineException e) {
      if (!e.notFound()) {
        throw e;
      }
    }
    if (kept.observed instanceof Observed.Alive) {
      fibers.await(kept.changed, LATE_EVENT);
    }
    if (kept.observed instanceof Observed.Alive) {
      observe(kept, kept.container());
    }
  }

  /** Removes the container, and what was made for it. */
  void remove(Kept kept, String containerId) {
    if (kept.observed instanceof Observed.Alive) {
      drain(kept);
    }
    gate.enter(Urgency.HIGH).await();
    try {
      engine.removeContainer(containerId).await();
    } catch (EngineException e) {
      if (!e.notFound() && !e.conflict()) {
        throw e; // a conflict says that its removal is under way
      }
    } finally {
      gate.leave();
    }
    kept.observed = Observed.ABSENT;
  }

  /** Forgets what was made for the task's container, which is gone. */
  void clear(Kept kept) {
    files.remove(kept.id);
    networks.release(kept.id);
  }

  /** From now on no new connections; established ones get the grace period to end. */
  private void drain(Kept kept) {
    Task task = kept.task;
    ContainerSpec spec = kept.spec();
    if (task == null
        || spec == null
        || kept.state() != TaskState.RUNNING
        || ContainerRequest.ingressPorts(task).isEmpty()) {
      return;
    }
    Duration grace = StopRule.grace(spec);
    try {
      Drained drained =
          bus.request(
                  Addresses.drain(nodeId),
                  new Drain(kept.id, grace.toMillis()),
                  Drained.class,
                  grace.plus(DRAIN_SLACK))
              .await();
      LOG.atDebug().addKeyValue("task", kept.id).addKeyValue("open", drained.open()).log("drained");
    } catch (BusFailure e) {
      LOG.atDebug()
          .addKeyValue("task", kept.id)
          .addKeyValue("cause", e.getMessage())
          .log("stopping without draining");
    }
  }

  private static Task taskOf(Kept kept) {
    Task task = kept.task;
    if (task == null) {
      throw new IllegalStateException("container of task " + kept.id + " has no assignment");
    }
    return task;
  }
}
