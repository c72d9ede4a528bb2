package dev.skep.node.task;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.Engine;
import dev.skep.engine.ImageDetails;
import dev.skep.engine.http.EngineException;
import dev.skep.node.agent.Assignments;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.concurrent.PrioritySemaphore;
import dev.skep.node.concurrent.PrioritySemaphore.Urgency;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.container.NodeFacts;
import dev.skep.node.container.StopRule;
import dev.skep.node.container.TaskFiles;
import dev.skep.node.container.TaskMount;
import dev.skep.node.container.TaskNetwork;
import dev.skep.node.image.Images;
import dev.skep.node.network.LocalNetworks;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.IngressMessages.Drain;
import dev.skep.store.bus.message.IngressMessages.Drained;
import dev.skep.store.model.Network;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.json.OneLine;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.TaskSpec;
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
 * in the {@link ManagedTask} what became of it. Bounded: an engine on two processors was fastest
 * with eight calls at once, for creation as for removal.
 */
public final class TaskExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(TaskExecutor.class);

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
  private final NamePublisher names;
  private final TaskFiles files;
  private final PrioritySemaphore permits = new PrioritySemaphore(ENGINE_CALLS);
  private Assignments assignments = Assignments.NONE;
  private NodeFacts node;

  public TaskExecutor(
      Engine engine,
      Fibers fibers,
      Bus bus,
      NodeFacts node,
      Images images,
      LocalNetworks networks,
      NamePublisher names,
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
  public void provide(Assignments now) {
    assignments = now;
    names.provide(now);
  }

  public void provide(NodeFacts facts) {
    node = facts;
    names.provide(facts);
  }

  /** Something about the task changed: it may be found by its names now, or no more. */
  public void note(ManagedTask managed) {
    names.note(managed);
  }

  /**
   * Makes the task's container. Gives up quietly when the task is not wanted any more while its
   * image is fetched.
   *
   * @param said told when the task's status message has changed
   */
  public void prepare(ManagedTask managed, Runnable said) {
    Task task = taskOf(managed);
    ContainerSpec spec = ContainerRequest.containerOf(task);
    Sensitive auth = assignments.registryAuths().get(task.serviceId());
    String reference = ContainerRequest.imageOf(spec);
    Future<ImageDetails> fetched =
        fibers.start(() -> images.ensure(reference, auth == null ? "" : auth.text()));
    String preparing = managed.status.message();
    while (!fetched.isComplete()) {
      fibers.await(fetched, managed.changed, PULL_TOLD_EVERY);
      if (!(managed.next() instanceof Step.Prepare)) {
        return;
      }
      String progress = images.pulling(reference).orElse(preparing);
      if (!Objects.equals(OneLine.of(progress), managed.status.message())) {
        managed.status = managed.status.withMessage(progress);
        said.run();
      }
    }
    managed.status = managed.status.withMessage(preparing);
    ImageDetails image = fetched.await();
    managed.stopSignal =
        spec.stopSignal() == null || spec.stopSignal().isEmpty()
            ? image.stopSignal()
            : spec.stopSignal();
    managed.probed = probed(spec, image);

    List<TaskNetwork> joined = joinNetworks(task);
    List<TaskMount> mounts = files.write(task, node, assignments.secrets(), assignments.configs());
    ContainerRequest request =
        ContainerRequest.of(task, node, joined, mounts, engine.apiVersion().await());
    permits.acquire(Urgency.NORMAL).await();
    try {
      create(managed, request);
    } finally {
      permits.release();
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

  private void create(ManagedTask managed, ContainerRequest request) {
    String containerId;
    try {
      containerId = engine.createContainer(request.name(), request.body()).await();
    } catch (EngineException e) {
      if (!e.conflict()) {
        throw e;
      }
      ContainerDetails existing = engine.inspectContainer(request.name()).await();
      if (!managed.id.equals(existing.labels().get(ContainerRequest.TASK_LABEL))
          || !nodeId.equals(existing.labels().get(ContainerRequest.NODE_LABEL))) {
        throw e; // somebody else's container has the name
      }
      managed.see(existing);
      return;
    }
    for (ContainerRequest.Connect connect : request.connects()) {
      engine.connectNetwork(connect.network(), containerId, connect.endpoint()).await();
    }
    managed.complete = true;
    if (managed.observed instanceof Observed.Absent) {
      managed.observed = new Observed.Created(containerId);
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
  public void start(ManagedTask managed, String containerId) {
    Task task = taskOf(managed);
    permits.acquire(Urgency.HIGH).await();
    try {
      if (!managed.complete) {
        complete(managed, task, containerId);
      }
      engine.startContainer(containerId).await();
      if (managed.observed instanceof Observed.Created) {
        managed.started(containerId);
      }
    } finally {
      permits.release();
    }
    if (reachable(task)) {
      observe(managed, containerId);
    }
  }

  /**
   * An earlier life of the agent may have ended between a container's creation and its joining of
   * the further networks.
   */
  private void complete(ManagedTask managed, Task task, String containerId) {
    ContainerRequest request =
        ContainerRequest.of(task, node, joinNetworks(task), List.of(), engine.apiVersion().await());
    for (ContainerRequest.Connect connect : request.connects()) {
      try {
        engine.connectNetwork(connect.network(), containerId, connect.endpoint()).await();
      } catch (EngineException e) {
        LOG.atDebug()
            .addKeyValue("task", managed.id)
            .addKeyValue("network", connect.network())
            .addKeyValue("cause", e.getMessage())
            .log("joined already");
      }
    }
    managed.complete = true;
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
  public void lookLater(ManagedTask managed) {
    permits.acquire(Urgency.IDLE).await();
    try {
      if (managed.observed instanceof Observed.Alive alive && alive.pid() == 0) {
        look(managed, engine.inspectContainer(alive.containerId()).await());
      }
    } finally {
      permits.release();
    }
  }

  /** Looks at the container, whatever its state; it may be gone. */
  public void observe(ManagedTask managed, String container) {
    permits.acquire(Urgency.HIGH).await();
    try {
      look(managed, engine.inspectContainer(container).await());
    } catch (EngineException e) {
      if (!e.notFound()) {
        throw e;
      }
      managed.observed = Observed.ABSENT;
    } finally {
      permits.release();
    }
  }

  private void look(ManagedTask managed, ContainerDetails details) {
    managed.see(details);
    managed.nameless = details;
    relate(managed);
  }

  /** Brings what was seen of the container together with its task, if both are there. */
  public void relate(ManagedTask managed) {
    Task task = managed.task;
    ContainerDetails details = managed.nameless;
    if (task == null || details == null) {
      return;
    }
    managed.nameless = null;
    if (managed.observed instanceof Observed.Alive) {
      managed.bound(task, details);
      managed.networks = attachments(task, details);
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
          .map(TaskExecutor::addresses)
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
  public void stop(ManagedTask managed, String containerId) {
    drain(managed);
    permits.acquire(Urgency.HIGH).await();
    Future<Void> stopped;
    try {
      ContainerSpec spec = managed.spec();
      // The service may have got another grace period since the container was made.
      stopped =
          spec == null
              ? engine.stopContainer(containerId)
              : engine.stopContainer(containerId, StopRule.grace(spec));
      fibers.await(stopped, SLOW_STOP);
    } finally {
      permits.release();
    }
    try {
      stopped.await();
    } catch (EngineException e) {
      if (!e.notFound()) {
        throw e;
      }
    }
    if (managed.observed instanceof Observed.Alive) {
      fibers.await(managed.changed, LATE_EVENT);
    }
    if (managed.observed instanceof Observed.Alive) {
      observe(managed, managed.container());
    }
  }

  /** Removes the container, and what was made for it. */
  public void remove(ManagedTask managed, String containerId) {
    if (managed.observed instanceof Observed.Alive) {
      drain(managed);
    }
    permits.acquire(Urgency.HIGH).await();
    try {
      engine.removeContainer(containerId).await();
    } catch (EngineException e) {
      if (!e.notFound() && !e.conflict()) {
        throw e; // a conflict says that its removal is under way
      }
    } finally {
      permits.release();
    }
    managed.observed = Observed.ABSENT;
  }

  /** Forgets what was made for the task's container, which is gone. */
  public void clear(ManagedTask managed) {
    files.remove(managed.id);
    networks.release(managed.id);
  }

  /** From now on no new connections; established ones get the grace period to end. */
  private void drain(ManagedTask managed) {
    Task task = managed.task;
    ContainerSpec spec = managed.spec();
    if (task == null
        || spec == null
        || managed.state() != TaskState.RUNNING
        || ContainerRequest.ingressPorts(task).isEmpty()) {
      return;
    }
    Duration grace = StopRule.grace(spec);
    try {
      Drained drained =
          bus.request(
                  Addresses.drain(nodeId),
                  new Drain(managed.id, grace.toMillis()),
                  Drained.class,
                  grace.plus(DRAIN_SLACK))
              .await();
      LOG.atDebug()
          .addKeyValue("task", managed.id)
          .addKeyValue("open", drained.open())
          .log("drained");
    } catch (BusFailure e) {
      LOG.atDebug()
          .addKeyValue("task", managed.id)
          .addKeyValue("cause", e.getMessage())
          .log("stopping without draining");
    }
  }

  private static Task taskOf(ManagedTask managed) {
    Task task = managed.task;
    if (task == null) {
      throw new IllegalStateException("container of task " + managed.id + " has no assignment");
    }
    return task;
  }
}
