package dev.skep.node;

import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.TestKeys;
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
import dev.skep.store.model.Config;
import dev.skep.store.model.Network;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A leader's dispatcher for one node, in the hands of a test. */
public final class FakeDispatcher {
  private static final long PATIENCE_SECONDS = 30;

  private final String nodeId;
  private final Bus bus;
  private final Map<String, Task> tasks = new LinkedHashMap<>();
  private final Map<String, Network> networks = new HashMap<>();
  private final Map<String, Secret> secrets = new HashMap<>();
  private final Map<String, Config> configs = new HashMap<>();
  private final Map<String, Sensitive> auths = new HashMap<>();
  private final Map<String, List<TaskReport>> reports = new HashMap<>();
  private final List<Integer> batches = new ArrayList<>();
  private final List<OpenSession> introductions = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();
  private @Nullable String session;
  private long sequence;
  private long applied;
  private int sessions;
  private int heartbeats;
  private int refusals;
  private boolean silent;
  private Set<String> unknown = Set.of();

  public FakeDispatcher(Vertx vertx, String nodeId) {
    this.nodeId = nodeId;
    this.bus = new Bus(vertx.eventBus(), TestKeys.ALL);
    bus.answer(Addresses.SESSION, OpenSession.class, this::open);
    bus.answer(Addresses.HEARTBEAT, Heartbeat.class, this::beat);
    bus.answer(Addresses.STATUS, StatusReport.class, this::status);
  }

  private synchronized Future<SessionOpened> open(OpenSession question) {
    if (!question.nodeId().equals(nodeId)) {
      return Future.failedFuture(new BusFailure(BusFailure.NO_LISTENER, "not for this one"));
    }
    if (silent) {
      refusals++;
      return Future.failedFuture(new BusFailure(BusFailure.NO_LISTENER, "silent"));
    }
    introductions.add(question);
    session = "session" + ++sessions;
    sequence = 0;
    applied = 0;
    notifyAll();
    String opened = session;
    Future.succeededFuture().onComplete(done -> sendComplete());
    return Future.succeededFuture(new SessionOpened(opened, 100));
  }

  private synchronized Future<HeartbeatTaken> beat(Heartbeat heartbeat) {
    if (silent || !heartbeat.sessionId().equals(session)) {
      return Future.failedFuture(new BusFailure(BusFailure.NO_SESSION, "unknown session"));
    }
    heartbeats++;
    if (heartbeat.trouble() != null) {
      troubles.add(heartbeat.trouble());
    }
    applied = heartbeat.applied();
    notifyAll();
    return Future.succeededFuture(new HeartbeatTaken(100));
  }

  private synchronized Future<StatusTaken> status(StatusReport report) {
    if (silent || !report.sessionId().equals(session)) {
      return Future.failedFuture(new BusFailure(BusFailure.NO_SESSION, "unknown session"));
    }
    batches.add(report.tasks().size());
    for (TaskReport task : report.tasks()) {
      reports.computeIfAbsent(task.taskId(), id -> new ArrayList<>()).add(task);
      Task known = tasks.get(task.taskId());
      if (known != null) {
        tasks.put(known.id(), known.withStatus(task.status()));
      }
    }
    notifyAll();
    return Future.succeededFuture(
        new StatusTaken(
            report.tasks().stream().map(TaskReport::taskId).filter(unknown::contains).toList()));
  }

  private synchronized Future<AssignmentTaken> sendComplete() {
    return send(AssignmentType.COMPLETE, List.copyOf(tasks.values()), List.of(), sequence);
  }

  private synchronized Future<AssignmentTaken> send(
      AssignmentType type, List<Task> some, List<String> removed, long appliesTo) {
    Assignment message =
        new Assignment(
            Objects.requireNonNull(session),
            type,
            ++sequence,
            appliesTo,
            some,
            removed,
            networks,
            secrets,
            configs,
            auths);
    return bus.request(
        Addresses.assign(nodeId), message, AssignmentTaken.class, Duration.ofSeconds(10));
  }

  // In the test's hands

  /** Why the node could do no work, each time it said so. */
  public synchronized List<String> troubles() {
    return List.copyOf(troubles);
  }

  /** The network is removed from the swarm; the next assignments come without it. */
  public synchronized void withdraw(String networkId) {
    networks.remove(networkId);
  }

  public synchronized void provide(Network network) {
    networks.put(network.id(), network);
  }

  public synchronized void provide(Secret secret) {
    secrets.put(secret.id(), secret);
  }

  public synchronized void provide(Config config) {
    configs.put(config.id(), config);
  }

  public synchronized void provideAuth(String serviceId, String auth) {
    auths.put(serviceId, new Sensitive(auth));
  }

  /** Puts tasks into the next COMPLETE assignment without sending anything. */
  public synchronized void know(Task... known) {
    for (Task task : known) {
      tasks.put(task.id(), task);
    }
  }

  /** Assigns or changes tasks. */
  public void assign(Task... some) throws Exception {
    Await.result(begin(List.of(some), List.of()));
  }

  private synchronized Future<AssignmentTaken> begin(List<Task> some, List<String> removed) {
    some.forEach(task -> tasks.put(task.id(), task));
    removed.forEach(tasks::remove);
    return send(AssignmentType.INCREMENTAL, some, removed, sequence);
  }

  /** Changes what is wanted of a task. */
  public void want(String taskId, TaskState state) throws Exception {
    assign(task(taskId).withDesiredState(state));
  }

  public void unassign(String... ids) throws Exception {
    Await.result(begin(List.of(), List.of(ids)));
  }

  /** Leaves tasks out of the next COMPLETE assignment. */
  public synchronized void unassignSilently(String... ids) {
    List.of(ids).forEach(tasks::remove);
  }

  /** Sends an incremental assignment that does not follow the last. */
  public AssignmentTaken assignWithGap(Task... some) throws Exception {
    Future<AssignmentTaken> sent;
    synchronized (this) {
      sequence += 5;
      sent = send(AssignmentType.INCREMENTAL, List.of(some), List.of(), sequence);
    }
    return Await.result(sent);
  }

  public void complete() throws Exception {
    Await.result(sendComplete());
  }

  /** Sends the last number again. */
  public AssignmentTaken repeat(Task... some) throws Exception {
    Future<AssignmentTaken> sent;
    synchronized (this) {
      sequence--;
      sent = send(AssignmentType.INCREMENTAL, List.of(some), List.of(), sequence);
    }
    return Await.result(sent);
  }

  /** A new leader, or one that lost its memory: it knows no session. */
  public synchronized void forgetSession() {
    session = null;
  }

  public synchronized void silent(boolean quiet) {
    silent = quiet;
    if (quiet) {
      session = null;
    }
  }

  public synchronized void doNotKnow(String... ids) {
    unknown = Set.of(ids);
  }

  public synchronized Task task(String taskId) {
    return Objects.requireNonNull(tasks.get(taskId), taskId);
  }

  public synchronized List<OpenSession> introductions() {
    return List.copyOf(introductions);
  }

  public synchronized List<TaskReport> reports(String taskId) {
    return List.copyOf(reports.getOrDefault(taskId, List.of()));
  }

  public synchronized void forgetReports() {
    reports.clear();
    batches.clear();
  }

  public synchronized List<Integer> batches() {
    return List.copyOf(batches);
  }

  public synchronized long applied() {
    return applied;
  }

  public synchronized int heartbeats() {
    return heartbeats;
  }

  /** How often it was asked for a session while it was silent. */
  public synchronized int refusals() {
    return refusals;
  }

  public synchronized void awaitSession(int number) throws InterruptedException {
    await(() -> sessions >= number && session != null && applied > 0, "session " + number);
  }

  /** Waits until a task is reported in a state, and gives that report. */
  public synchronized TaskReport awaitState(String taskId, TaskState state)
      throws InterruptedException {
    return awaitReport(taskId, report -> report.status().state() == state, state.text());
  }

  public synchronized TaskReport awaitReport(
      String taskId, Predicate<TaskReport> wanted, String what) throws InterruptedException {
    await(
        () -> reports(taskId).stream().anyMatch(wanted),
        "task " + taskId + " to be reported " + what);
    return reports(taskId).stream().filter(wanted).findFirst().orElseThrow();
  }

  public interface Condition {
    boolean holds();
  }

  private synchronized void await(Condition condition, String what) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.holds()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            "waited " + PATIENCE_SECONDS + " s in vain for " + what + "; reports: " + reports);
      }
      wait(left);
    }
  }
}
