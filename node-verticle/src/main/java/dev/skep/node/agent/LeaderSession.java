package dev.skep.node.agent;

import dev.skep.node.concurrent.Fibers;
import dev.skep.node.concurrent.Signal;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentTaken;
import dev.skep.store.bus.message.AgentMessages.AssignmentType;
import dev.skep.store.bus.message.AgentMessages.Heartbeat;
import dev.skep.store.bus.message.AgentMessages.HeartbeatTaken;
import dev.skep.store.bus.message.AgentMessages.OpenSession;
import dev.skep.store.bus.message.AgentMessages.SessionOpened;
import dev.skep.store.bus.message.AgentMessages.StatusReport;
import dev.skep.store.bus.message.AgentMessages.StatusTaken;
import dev.skep.store.bus.message.AgentMessages.TaskReport;
import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The agent's side of its talk with the leader: opens a session, keeps it by heartbeats, takes
 * assignments in order, and opens another when the leader forgot it.
 */
public final class LeaderSession {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderSession.class);

  /** A leader under load was seen to take a second for a commit. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  /** A leader that starts needs some tries; these take four seconds and more. */
  private static final int PATIENT_FAILURES = 6;

  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(2);

  /** Who carries the assignments out. */
  public interface Worker {
    /** Everything that holds now; {@code message} is what changed it. */
    void assigned(Assignments now, Assignment message);
  }

  private final String nodeId;
  private final Bus bus;
  private final Fibers fibers;
  private final Supplier<OpenSession> introduction;
  private final Supplier<Optional<String>> trouble;
  private final Worker worker;
  private final Signal wake = new Signal();
  private final Signal openingDone = new Signal();
  private @Nullable MessageConsumer<Object> consumer;
  private @Nullable String sessionId;
  private boolean opening;

  /** Since the last answer of a leader. */
  private int failures;

  /** Why this node is in no session with a leader, once that has lasted; any thread may look. */
  private volatile @Nullable String silence;

  private boolean retired;
  private boolean closed;
  private long applied;
  private Assignments assignments = Assignments.NONE;

  /**
   * @param introduction what to say of this node when a session is opened; may wait
   * @param trouble why the node can do no work; the leader is told, and the session ends with that
   */
  public LeaderSession(
      String nodeId,
      Bus bus,
      Fibers fibers,
      Supplier<OpenSession> introduction,
      Supplier<Optional<String>> trouble,
      Worker worker) {
    this.nodeId = nodeId;
    this.bus = bus;
    this.fibers = fibers;
    this.introduction = introduction;
    this.trouble = trouble;
    this.worker = worker;
  }

  /** Starts looking for a leader and does not stop until {@link #close}. */
  public void open() {
    consumer = bus.answer(Addresses.assign(nodeId), Assignment.class, this::take);
    fibers.run(this::live);
  }

  /** Whether the leader knows this session and has said what this node is to run. */
  public boolean ready() {
    return sessionId != null && applied > 0 && !retired;
  }

  /**
   * Reports states; gives the ids of tasks that the leader does not know. Throws BusFailure when it
   * is not known whether the report arrived.
   */
  public List<String> report(List<TaskReport> tasks) {
    String session = Objects.requireNonNull(sessionId);
    try {
      return bus.request(
              Addresses.STATUS,
              new StatusReport(nodeId, session, tasks),
              StatusTaken.class,
              REQUEST_TIMEOUT)
          .await()
          .gone();
    } catch (BusFailure e) {
      if (e.code() == BusFailure.NO_SESSION && session.equals(sessionId)) {
        lose();
      }
      throw e;
    }
  }

  public Future<Void> close() {
    closed = true;
    sessionId = null;
    wake.fire();
    return unregister();
  }

  private Future<Void> unregister() {
    MessageConsumer<Object> open = consumer;
    return open == null ? Future.succeededFuture() : open.unregister();
  }

  /**
   * From now on no assignment is taken and nothing is reported. The node still sends heartbeats:
   * its tasks are not to be replaced while their containers are being stopped.
   */
  public Future<Void> retire() {
    retired = true;
    return unregister();
  }

  /**
   * Tells the leader that this node does no more work, and ends. Waits for the answer; a leader
   * that does not hear it finds out when the node's lease is over.
   */
  public void leave(String why) {
    if (opening) {
      fibers.await(openingDone, REQUEST_TIMEOUT); // a session that opens now would outlive the node
    }
    String last = sessionId;
    long taken = applied;
    Future<Void> ended = close();
    if (last != null) {
      try {
        Heartbeat farewell = new Heartbeat(nodeId, last, taken, why);
        bus.request(Addresses.HEARTBEAT, farewell, HeartbeatTaken.class, REQUEST_TIMEOUT).await();
      } catch (BusFailure e) {
        LOG.atDebug()
            .addKeyValue("node", nodeId)
            .addKeyValue("cause", e.getMessage())
            .log("the leader does not know yet that this node is gone");
      }
    }
    ended.await();
  }

  /** The node's trouble began or ended: the leader should know now. */
  public void wake() {
    wake.fire();
  }

  private void lose() {
    sessionId = null;
    wake.fire();
  }

  private void live() {
    Duration retry = FIRST_RETRY;
    while (!closed) {
      try {
        SessionOpened opened = start();
        retry = FIRST_RETRY;
        LOG.atInfo()
            .addKeyValue("node", nodeId)
            .addKeyValue("session", opened.sessionId())
            .log("session with the leader opened");
        heard();
        keep(opened);
      } catch (BusFailure e) {
        silent(e);
        fibers.await(wake, retry);
        retry =
            retry.multipliedBy(2).compareTo(LONGEST_RETRY) < 0
                ? retry.multipliedBy(2)
                : LONGEST_RETRY;
      }
    }
  }

  private void heard() {
    failures = 0;
    silence = null;
  }

  /** Said once for each time that no leader answers. */
  private void silent(BusFailure failure) {
    failures++;
    boolean news = failures == PATIENT_FAILURES && !closed;
    if (failures >= PATIENT_FAILURES) {
      silence =
          failure.code() == BusFailure.FORBIDDEN
              ? "no manager takes this node for one of its swarm: it was removed there, or membership.json is not its own; leave the swarm and join again"
              : "no manager answers this node (" + failure.getMessage() + ")";
    }
    LOG.atLevel(news ? Level.WARN : Level.DEBUG)
        .addKeyValue("node", nodeId)
        .addKeyValue("cause", news ? silence : failure.getMessage())
        .log("no session with a leader; tasks go on as they are, and this node goes on looking");
  }

  /** Why this node is in no session with a leader; empty while it is, and at first. */
  public Optional<String> silence() {
    return Optional.ofNullable(silence);
  }

  private SessionOpened start() {
    OpenSession question = introduction.get();
    opening = true;
    try {
      SessionOpened opened =
          bus.request(Addresses.SESSION, question, SessionOpened.class, REQUEST_TIMEOUT).await();
      if (!closed) {
        sessionId = opened.sessionId();
        applied = 0;
      }
      return opened;
    } finally {
      opening = false;
      openingDone.fire();
    }
  }

  /** Sends heartbeats until the session is lost. */
  private void keep(SessionOpened opened) {
    Duration period = Duration.ofMillis(Math.max(1, opened.heartbeatMillis()));
    Duration pause = period;
    while (!closed && opened.sessionId().equals(sessionId)) {
      fibers.await(wake, pause);
      if (closed || !opened.sessionId().equals(sessionId)) {
        return;
      }
      String unfit = trouble.get().orElse(null);
      try {
        HeartbeatTaken taken =
            bus.request(
                    Addresses.HEARTBEAT,
                    new Heartbeat(nodeId, opened.sessionId(), applied, unfit),
                    HeartbeatTaken.class,
                    REQUEST_TIMEOUT)
                .await();
        period = Duration.ofMillis(Math.max(1, taken.heartbeatMillis()));
        pause = period;
        heard();
        if (unfit != null) {
          lose(); // the next one begins when the engine is back
        }
      } catch (BusFailure e) {
        silent(e);
        if (e.code() == BusFailure.NO_SESSION) {
          lose();
        }
        pause = period.compareTo(LONGEST_RETRY) < 0 ? period : LONGEST_RETRY;
      }
    }
  }

  private Future<AssignmentTaken> take(Assignment message) {
    return fibers.start(() -> {
      if (opening && !message.sessionId().equals(sessionId)) {
        fibers.await(openingDone, REQUEST_TIMEOUT); // the leader may send before its answer is in
      }
      if (retired || !message.sessionId().equals(sessionId)) {
        throw new BusFailure(
            BusFailure.NO_SESSION, "node " + nodeId + " has no session " + message.sessionId());
      }
      if (message.sequence() <= applied) {
        return new AssignmentTaken(applied); // it came twice
      }
      if (message.type() == AssignmentType.INCREMENTAL && message.appliesTo() != applied) {
        throw new BusFailure(
            BusFailure.GAP,
            "assignment "
                + message.sequence()
                + " follows "
                + message.appliesTo()
                + ", and the last one taken is "
                + applied);
      }
      applied = message.sequence();
      assignments = assignments.apply(message);
      worker.assigned(assignments, message);
      return new AssignmentTaken(applied);
    });
  }
}
