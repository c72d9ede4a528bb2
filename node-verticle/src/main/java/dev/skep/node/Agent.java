package dev.skep.node;

import dev.skep.engine.Engine;
import dev.skep.engine.EngineEvent;
import dev.skep.engine.EngineInfo;
import dev.skep.engine.EventStream;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.node.agent.AssignmentFile;
import dev.skep.node.agent.AssignmentSaver;
import dev.skep.node.agent.Assignments;
import dev.skep.node.agent.EngineProbe;
import dev.skep.node.agent.LeaderSession;
import dev.skep.node.agent.LeaveCleanup;
import dev.skep.node.agent.NodeDescriptions;
import dev.skep.node.agent.TaskReporter;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.container.NodeFacts;
import dev.skep.node.container.TaskFiles;
import dev.skep.node.dns.LocalDns;
import dev.skep.node.execute.ConnectionDrain;
import dev.skep.node.execute.EngineTaskExecutor;
import dev.skep.node.execute.TaskNetworks;
import dev.skep.node.image.Images;
import dev.skep.node.log.EndedTaskLogs;
import dev.skep.node.log.LogServer;
import dev.skep.node.log.LoggedTask;
import dev.skep.node.network.BridgeDriver;
import dev.skep.node.network.NetworkException;
import dev.skep.node.network.NodeNetworks;
import dev.skep.node.task.NamePublisher;
import dev.skep.node.task.Provisions;
import dev.skep.node.task.TaskListener;
import dev.skep.node.task.TaskReconciler;
import dev.skep.node.tunnel.TunnelRequests;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.NodeKeys;
import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentType;
import dev.skep.store.bus.message.AgentMessages.Leave;
import dev.skep.store.bus.message.AgentMessages.Left;
import dev.skep.store.bus.message.AgentMessages.OpenSession;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import dev.skep.store.model.Task;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a node's agent, wired; made on the verticle's context. */
final class Agent {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  private static final Duration INFO_RETRY = Duration.ofSeconds(1);
  private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(10);
  private static final Duration LEAVE_POLL = Duration.ofMillis(50);

  /** What still waits for the engine when the agent stops is cut off by then. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

  /** What the leader, and whoever looks at the node, is told of it. */
  private static final String LEFT = "the node left the swarm";

  private final NodeSettings settings;
  private final String nodeId;
  private final Vertx vertx;
  private final Vertx hostVertx;
  private final Runnable inSession;
  private final Fibers fibers;
  private final Bus bus;
  private final Engine engine;
  private final TaskFiles files;
  private final AssignmentFile assignmentFile;
  private final AssignmentSaver saver;
  private final LocalDns dns;
  private final NodeNetworks networks;
  private final Provisions provisions;
  private final TaskReconciler reconciler;
  private final LeaderSession session;
  private final EngineProbe probe;
  private final TaskReporter reporter;
  private final EndedTaskLogs endedLogs;
  private final LogServer logs;
  private final TunnelRequests tunnels;
  private final LeaveCleanup cleanup;
  private @Nullable EventStream events;
  private @Nullable MessageConsumer<Object> leave;

  /**
   * @param vertx the swarm's; the agent lives on its current context
   * @param hostVertx on which the engine is talked to
   * @param inSession run whenever the leader has said what this node is to run
   */
  Agent(
      NodeSettings settings,
      Vertx vertx,
      Vertx hostVertx,
      InstantSource clock,
      RandomGenerator random,
      Runnable inSession) {
    this.settings = settings;
    this.nodeId = settings.nodeId();
    this.vertx = vertx;
    this.hostVertx = hostVertx;
    this.inSession = inSession;
    String hostname = settings.hostname() == null ? "" : settings.hostname();
    fibers = new Fibers(vertx);
    bus = new Bus(vertx.eventBus(), NodeKeys.own(nodeId, settings.nodeKey()));
    engine = new Engine(hostVertx, settings.engineSocket());
    files = new TaskFiles(settings.memoryDirs(), nodeId);
    assignmentFile = new AssignmentFile(settings.dataDir(), nodeId);
    saver = new AssignmentSaver(nodeId, assignmentFile, fibers);
    dns = new LocalDns(hostVertx, random, clock);
    networks = new NodeNetworks(new BridgeDriver(engine, nodeId), dns, fibers);
    provisions = new Provisions(new NodeFacts(nodeId, hostname, "linux", ""));
    EngineTaskExecutor executor =
        new EngineTaskExecutor(
            nodeId,
            engine,
            fibers,
            provisions,
            new Images(engine, fibers, clock),
            new TaskNetworks(networks, provisions),
            files,
            new ConnectionDrain(bus, nodeId));
    reconciler =
        new TaskReconciler(
            nodeId,
            executor,
            provisions,
            new NamePublisher(fibers, dns, provisions),
            new Listener(),
            fibers,
            clock);
    probe = new EngineProbe(nodeId, engine, fibers, clock, this::engineTurned);
    session =
        new LeaderSession(nodeId, bus, fibers, this::introduce, probe::trouble, this::assigned);
    reporter =
        new TaskReporter(
            session, fibers, reconciler::inProgress, reconciler::acknowledge, reconciler::unassign);
    endedLogs = new EndedTaskLogs(settings.dataDir().resolve("logs"), engine, fibers);
    logs = new LogServer(nodeId, engine, fibers, bus, clock, random, reconciler::logged, endedLogs);
    tunnels =
        new TunnelRequests(
            nodeId,
            settings.address(),
            settings.engineSocket(),
            engine,
            fibers,
            bus,
            clock,
            random);
    cleanup = new LeaveCleanup(nodeId, engine, fibers, networks, files, assignmentFile);
  }

  /** Runs what waits, on the agent's context, and gives its outcome. */
  Future<Boolean> start() {
    return fibers.start(() -> {
      open();
      return true;
    });
  }

  private void open() {
    reconciler.recall(assignmentFile.load());
    events =
        EventStream.open(
            hostVertx,
            engine,
            Map.of(
                "type", List.of("container"),
                "label", List.of(ContainerRequest.NODE_LABEL + "=" + nodeId),
                "event", List.of("start", "oom", "die", "destroy", "health_status")),
            new Events());
    leave = bus.answer(Addresses.leave(nodeId), Leave.class, question -> fibers.start(this::leave));
    probe.open();
    logs.open();
    tunnels.open();
    session.open();
  }

  /** Why no leader has this node in session, in words; empty while one has. Any thread may ask. */
  Optional<String> silence() {
    return session.silence();
  }

  /** An engine that hangs keeps its event stream open; what it missed is looked up afterwards. */
  private void engineTurned() {
    if (probe.trouble().isPresent()) {
      reconciler.engineLost();
    } else {
      reconciler.engineConnected();
    }
    session.wake();
  }

  /** The engine's events, which come on the host's threads. */
  private final class Events implements EventStream.Listener {
    @Override
    public void connected() {
      fibers.run(reconciler::engineConnected);
    }

    @Override
    public void event(EngineEvent event) {
      fibers.run(() -> reconciler.engineEvent(event));
    }

    @Override
    public void lost(@Nullable Throwable cause) {
      fibers.run(reconciler::engineLost);
    }
  }

  /** What becomes of tasks, to those who want to know. */
  private final class Listener implements TaskListener {
    @Override
    public void report(TaskReport report, boolean awaited) {
      reporter.report(report, awaited);
    }

    @Override
    public void known(String taskId) {
      reporter.drop(taskId);
    }

    @Override
    public void allRest() {
      reporter.allRest();
    }

    @Override
    public void ended(LoggedTask task) {
      endedLogs.ended(task);
    }

    @Override
    public void forgotten(String taskId) {
      endedLogs.forget(taskId);
    }

    @Override
    public void settled() {
      fibers.run(Agent.this::tidy);
    }
  }

  /** What to tell the leader of this node; waits for the engine to be there. */
  private OpenSession introduce() {
    while (true) {
      try {
        if (probe.trouble().isPresent()) {
          fibers.pause(INFO_RETRY);
          continue;
        }
        EngineInfo info = engine.info().await();
        String hostname = settings.hostname() == null ? info.hostname() : settings.hostname();
        provisions.replace(new NodeFacts(nodeId, hostname, info.os(), info.architecture()));
        return new OpenSession(
            nodeId,
            NodeDescriptions.of(hostname, info, settings.genericResources()),
            settings.address(),
            settings.meshAddress());
      } catch (EngineUnavailableException | EngineException e) {
        LOG.atWarn()
            .addKeyValue("node", nodeId)
            .addKeyValue("cause", e.getMessage())
            .log("no answer from the engine; the node stays out of the swarm until there is one");
        fibers.pause(INFO_RETRY);
      }
    }
  }

  private void assigned(Assignments now, Assignment message) {
    inSession.run();
    Set<String> changed = new HashSet<>(message.removedTasks());
    message.tasks().stream().map(Task::id).forEach(changed::add);
    reconciler.take(now, changed, message.type() == AssignmentType.COMPLETE);
    reporter.flushSoon();
    saver.save(now);
  }

  /** Removes what an earlier life left behind and nobody needs. */
  private void tidy() {
    try {
      files.keepOnly(reconciler.taskIds());
      endedLogs.keepOnly(reconciler.taskIds());
      networks.sweep();
    } catch (EngineException
        | EngineUnavailableException
        | NetworkException
        | UncheckedIOException e) {
      LOG.atWarn()
          .addKeyValue("node", nodeId)
          .addKeyValue("cause", e.getMessage())
          .log("cannot tidy up");
    }
  }

  private Left leave() {
    session.retire().await();
    reconciler.close();
    saver.close().await();
    long polls = LEAVE_PATIENCE.dividedBy(LEAVE_POLL);
    for (long i = 0; i < polls && reconciler.inProgress() > 0; i++) {
      fibers.pause(LEAVE_POLL);
    }
    try {
      Left left = new Left(cleanup.clear());
      session.leave(LEFT);
      return left;
    } catch (EngineUnavailableException | EngineException | NetworkException e) {
      session.leave("the node could not leave: " + e.getMessage());
      throw new BusFailure(BusFailure.NO_LISTENER, String.valueOf(e.getMessage()));
    }
  }

  /** Ends all of it; containers stay as they are. */
  Future<?> stop() {
    probe.close();
    reconciler.close();
    if (events != null) {
      events.close();
    }
    Future<Void> idle = saver.close().eventually(fibers::close);
    return Future.join(
            session.close(),
            logs.close(),
            tunnels.close(),
            dns.close(),
            leave == null ? Future.succeededFuture() : leave.unregister())
        .eventually(engine::close)
        .eventually(() -> Future.any(idle, vertx.timer(STOP_PATIENCE.toMillis())));
  }
}
