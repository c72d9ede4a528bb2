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
import dev.skep.node.image.Images;
import dev.skep.node.log.EndedTaskLogs;
import dev.skep.node.log.LogServer;
import dev.skep.node.network.LocalNetworks;
import dev.skep.node.task.NamePublisher;
import dev.skep.node.task.TaskExecutor;
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
import dev.skep.store.model.Task;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
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

/**
 * The node's agent. Deploy it on virtual threads ({@code ThreadingModel.VIRTUAL_THREAD}), one for
 * each node identity.
 *
 * <p>It answers at {@link Addresses#assign}, {@link Addresses#leave}, {@link Addresses#logs} and
 * {@link Addresses#tunnel} of its node. When it is undeployed, containers stay as they are.
 */
public final class NodeVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(NodeVerticle.class);

  private static final Duration INFO_RETRY = Duration.ofSeconds(1);

  private static final Duration LEAVE_PATIENCE = Duration.ofSeconds(10);

  /** What still waits for the engine when the verticle stops is cut off by then. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

  private static final Duration LEAVE_POLL = Duration.ofMillis(50);

  /** What the leader, and whoever looks at the node, is told of it. */
  private static final String LEFT = "the node left the swarm";

  private final NodeSettings settings;
  private final Vertx hostVertx;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Promise<Void> session = Promise.promise();
  private volatile @Nullable Agent agent;

  /**
   * @param hostVertx on which the engine is talked to; native transport is best
   * @param random a secure source of stream ids
   */
  public NodeVerticle(
      NodeSettings settings, Vertx hostVertx, InstantSource clock, RandomGenerator random) {
    this.settings = settings;
    this.hostVertx = hostVertx;
    this.clock = clock;
    this.random = random;
  }

  /** Done once a leader has this node in session and has said what it is to run. */
  public Future<Void> session() {
    return session.future();
  }

  /** Why no leader has this node in session, in words; empty while one has. Any thread may ask. */
  public Optional<String> silence() {
    Agent running = agent;
    return running == null ? Optional.empty() : running.session.silence();
  }

  @Override
  public Future<?> start() {
    Agent started = new Agent();
    agent = started;
    return started.fibers.start(() -> {
      started.start();
      return true;
    });
  }

  @Override
  public Future<?> stop() {
    Agent running = agent;
    return running == null ? Future.succeededFuture() : running.stop();
  }

  /** The parts, wired; made on the verticle's context. */
  private final class Agent implements EventStream.Listener {
    private final String nodeId = settings.nodeId();
    final Fibers fibers = new Fibers(vertx);
    private final Bus bus =
        new Bus(vertx.eventBus(), NodeKeys.own(settings.nodeId(), settings.nodeKey()));
    private final Engine engine = new Engine(hostVertx, settings.engineSocket());
    private final TaskFiles files = new TaskFiles(settings.memoryDirs(), nodeId);
    private final AssignmentFile assignmentFile = new AssignmentFile(settings.dataDir(), nodeId);
    private final AssignmentSaver saver = new AssignmentSaver(nodeId, assignmentFile, fibers);
    private final LocalDns names = new LocalDns(hostVertx, random, clock);
    private final LocalNetworks networks = new LocalNetworks(engine, fibers, nodeId, names);
    private final NodeFacts facts =
        new NodeFacts(nodeId, settings.hostname() == null ? "" : settings.hostname(), "linux", "");
    private final TaskExecutor executor =
        new TaskExecutor(
            engine,
            fibers,
            bus,
            facts,
            new Images(engine, fibers, clock),
            networks,
            new NamePublisher(fibers, names, facts),
            files);
    private final TaskReconciler reconciler =
        new TaskReconciler(nodeId, engine, fibers, clock, executor);
    private final LeaderSession session =
        new LeaderSession(
            nodeId, bus, fibers, this::introduce, () -> this.probe.trouble(), this::assigned);
    private final EngineProbe probe =
        new EngineProbe(nodeId, engine, fibers, clock, this::engineTurned);
    private final TaskReporter reporter =
        new TaskReporter(
            session, fibers, reconciler::inProgress, reconciler::acknowledge, reconciler::unassign);
    private final EndedTaskLogs endedLogs =
        new EndedTaskLogs(settings.dataDir().resolve("logs"), engine, fibers);
    private final LogServer logs =
        new LogServer(nodeId, engine, fibers, bus, clock, random, reconciler::logged, endedLogs);
    private final TunnelRequests tunnels =
        new TunnelRequests(
            nodeId,
            settings.address(),
            settings.engineSocket(),
            engine,
            fibers,
            bus,
            clock,
            random);
    private final LeaveCleanup cleanup =
        new LeaveCleanup(nodeId, engine, fibers, networks, files, assignmentFile);
    private @Nullable EventStream events;
    private @Nullable MessageConsumer<Object> leave;

    void start() {
      reconciler.begin(reporter, endedLogs, () -> fibers.run(this::tidy));
      reconciler.recall(assignmentFile.load());
      events =
          EventStream.open(
              hostVertx,
              engine,
              Map.of(
                  "type", List.of("container"),
                  "label", List.of(ContainerRequest.NODE_LABEL + "=" + nodeId),
                  "event", List.of("start", "oom", "die", "destroy", "health_status")),
              this);
      leave =
          bus.answer(Addresses.leave(nodeId), Leave.class, question -> fibers.start(this::leave));
      probe.open();
      logs.open();
      tunnels.open();
      session.open();
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

    // The engine's events come on the host's threads.

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
          executor.provide(new NodeFacts(nodeId, hostname, info.os(), info.architecture()));
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
      NodeVerticle.this.session.tryComplete();
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
      } catch (EngineException | EngineUnavailableException | UncheckedIOException e) {
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
      } catch (EngineUnavailableException | EngineException e) {
        session.leave("the node could not leave: " + e.getMessage());
        throw new BusFailure(BusFailure.NO_LISTENER, String.valueOf(e.getMessage()));
      }
    }

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
              names.close(),
              leave == null ? Future.succeededFuture() : leave.unregister())
          .eventually(engine::close)
          .eventually(() -> Future.any(idle, vertx.timer(STOP_PATIENCE.toMillis())));
    }
  }
}
