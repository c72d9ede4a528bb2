package dev.skep.scheduler.dispatch;

import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentTaken;
import dev.skep.store.bus.message.AgentMessages.Heartbeat;
import dev.skep.store.bus.message.AgentMessages.HeartbeatTaken;
import dev.skep.store.bus.message.AgentMessages.OpenSession;
import dev.skep.store.bus.message.AgentMessages.SessionOpened;
import dev.skep.store.bus.message.AgentMessages.StatusReport;
import dev.skep.store.bus.message.AgentMessages.StatusTaken;
import dev.skep.store.bus.message.IngressMessages.PortReport;
import dev.skep.store.bus.message.IngressMessages.PortReportTaken;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Task;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Talks to the agents: sessions, heartbeats, assignments, reports. All of it is soft state, and any
 * message may be lost: what an agent has is known only once it says so, and whenever it is not
 * known, the agent is sent everything.
 */
public final class Dispatcher {
  /** After an assignment that an agent refused or that nobody took. */
  static final Duration RETRY_AFTER = Duration.ofMillis(250);

  /** The leader's loop, as far as agents' messages concern it. */
  public interface Loop {
    /** Something to be committed by the next turn. */
    void offer(Input input);

    /** The node is alive. */
    void heard(String nodeId);

    /** A node sends heartbeats this often. */
    Duration period();
  }

  /** The agents, as they are reached over the bus. */
  public interface Agents {
    /** Completes on the loop's own thread; fails with {@link BusFailure}. */
    Future<AssignmentTaken> assign(String nodeId, Assignment assignment);
  }

  private final Loop loop;
  private final Agents agents;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Runnable kick;

  private final Map<String, Session> sessions = new LinkedHashMap<>();
  private final Set<String> toSend = new TreeSet<>();
  private final Set<String> inFlight = new TreeSet<>();
  private final Map<String, Instant> retries = new TreeMap<>();

  /**
   * @param kick asks for a turn of the loop
   */
  public Dispatcher(
      Loop loop, Agents agents, InstantSource clock, RandomGenerator random, Runnable kick) {
    this.loop = loop;
    this.agents = agents;
    this.clock = clock;
    this.random = random;
    this.kick = kick;
  }

  // ------------------------------------------------------------------ from agents

  public Future<SessionOpened> open(OpenSession said) {
    Promise<Void> done = Promise.promise();
    loop.offer(new Input.Joined(said, done));
    kick.run();
    return done.future()
        .map(joined -> {
          Session session = new Session(said.nodeId(), Ids.next(random));
          sessions.put(said.nodeId(), session);
          inFlight.remove(said.nodeId());
          retries.remove(said.nodeId());
          toSend.add(said.nodeId());
          loop.heard(said.nodeId());
          kick.run();
          return new SessionOpened(session.id(), loop.period().toMillis());
        });
  }

  public Future<HeartbeatTaken> heartbeat(Heartbeat said) {
    Session session = session(said.nodeId(), said.sessionId());
    if (said.trouble() != null) {
      return unfit(said, said.trouble());
    }
    loop.heard(said.nodeId());
    boolean behind = said.applied() < session.sequence();
    if (behind && !inFlight.contains(said.nodeId()) && !retries.containsKey(said.nodeId())) {
      session.startOver();
      toSend.add(said.nodeId());
      kick.run();
    }
    return Future.succeededFuture(new HeartbeatTaken(loop.period().toMillis()));
  }

  /** No lease for a node that can do no work: should this get lost, it runs out. */
  private Future<HeartbeatTaken> unfit(Heartbeat said, String trouble) {
    Promise<Void> done = Promise.promise();
    loop.offer(new Input.Unfit(said.nodeId(), trouble, done));
    kick.run();
    return done.future().map(taken -> new HeartbeatTaken(loop.period().toMillis()));
  }

  public Future<StatusTaken> report(StatusReport said) {
    session(said.nodeId(), said.sessionId());
    loop.heard(said.nodeId());
    Promise<StatusTaken> done = Promise.promise();
    loop.offer(new Input.Report(said, done));
    kick.run();
    return done.future();
  }

  public Future<PortReportTaken> ports(PortReport said) {
    Promise<Void> done = Promise.promise();
    loop.offer(new Input.Ports(said, done));
    kick.run();
    return done.future().map(taken -> new PortReportTaken());
  }

  private Session session(String nodeId, String sessionId) {
    Session session = sessions.get(nodeId);
    if (session == null || !session.id().equals(sessionId)) {
      throw new BusFailure(
          BusFailure.NO_SESSION, "node " + nodeId + " has no session " + sessionId);
    }
    return session;
  }

  // ------------------------------------------------------------------ to agents

  /** Follows a commit. */
  public void observe(Commit commit) {
    for (Change change : commit.changes()) {
      if (change.object() instanceof Task task && !task.nodeId().isEmpty()) {
        Session session = sessions.get(task.nodeId());
        if (session != null) {
          session.changed(task.id());
          toSend.add(task.nodeId());
        }
      } else if (change.object() instanceof Node node && ended(change, node)) {
        sessions.remove(node.id());
        toSend.remove(node.id());
        retries.remove(node.id());
      }
    }
  }

  private static boolean ended(Change change, Node node) {
    return change instanceof Change.Deleted || node.status().state().equals(NodeStatus.DOWN);
  }

  /** Sends what is to be sent; {@code latest} is the state after all commits that were observed. */
  public void flush(ClusterState latest, Instant now) {
    retries
        .entrySet()
        .removeIf(retry -> {
          boolean due = !retry.getValue().isAfter(now);
          if (due) {
            toSend.add(retry.getKey());
          }
          return due;
        });
    for (String nodeId : List.copyOf(toSend)) {
      Session session = sessions.get(nodeId);
      if (session == null) {
        toSend.remove(nodeId);
      } else if (!inFlight.contains(nodeId) && !retries.containsKey(nodeId)) {
        toSend.remove(nodeId);
        session.next(latest).ifPresent(assignment -> send(session, assignment));
      }
    }
  }

  /** When {@link #flush} has something to do again by itself. */
  public Optional<Instant> nextFlush() {
    return retries.values().stream().min(Instant::compareTo);
  }

  private void send(Session session, Assignment assignment) {
    inFlight.add(session.nodeId());
    agents
        .assign(session.nodeId(), assignment)
        .onComplete(result -> answered(session, assignment, result));
  }

  private void answered(
      Session session, Assignment assignment, AsyncResult<AssignmentTaken> result) {
    String nodeId = session.nodeId();
    Session present = sessions.get(nodeId);
    if (present == null || !present.id().equals(session.id())) {
      return;
    }
    inFlight.remove(nodeId);
    boolean taken = result.succeeded() && result.result().sequence() == assignment.sequence();
    if (!taken) {
      boolean refusedDifference =
          !session.sendsAll() && assignment.appliesTo() > 0 && gap(result.cause());
      session.startOver();
      if (refusedDifference) {
        toSend.add(nodeId);
      } else {
        retries.put(nodeId, clock.instant().plus(RETRY_AFTER));
      }
    }
    if (!taken || toSend.contains(nodeId)) {
      kick.run();
    }
  }

  private static boolean gap(Throwable cause) {
    return cause instanceof BusFailure failure && failure.code() == BusFailure.GAP;
  }
}
