package dev.skep.node.task;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.ContainerPhase;
import dev.skep.engine.ContainerSummary;
import dev.skep.engine.EngineEvent;
import dev.skep.engine.Health;
import dev.skep.engine.ImageDetails;
import dev.skep.node.container.ContainerRequest;
import dev.skep.store.model.Task;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Containers that exist in memory alone. Each verb can be made to fail once, or be held; events go
 * out as an engine's would. Used on the agent's context, but for {@link #calls}.
 */
final class FakeExecutor implements TaskExecutor {
  /** What was asked for, in order, such as "start c-t1". */
  final List<String> calls = new CopyOnWriteArrayList<>();

  /** What the events go to. */
  Consumer<EngineEvent> events = event -> {};

  /** Whether images have a health check. */
  boolean healthcheck;

  /** Whether a stop is heard of as an event. */
  boolean tellsStops = true;

  Future<ImageDetails> image = Future.succeededFuture(new ImageDetails("i1", "", false));
  Optional<String> pull = Optional.empty();

  private final Map<String, ContainerDetails> containers = new LinkedHashMap<>();
  private final Map<String, Deque<RuntimeException>> failures = new HashMap<>();
  private final Map<String, Promise<Void>> held = new HashMap<>();

  /** The next call of a verb throws this. */
  void fail(String verb, RuntimeException failure) {
    failures.computeIfAbsent(verb, v -> new ArrayDeque<>()).add(failure);
  }

  /** Calls of the verb wait until the promise is completed. */
  Promise<Void> hold(String verb) {
    Promise<Void> promise = Promise.promise();
    held.put(verb, promise);
    return promise;
  }

  private void called(String verb, String what) {
    calls.add(verb + " " + what);
    Promise<Void> wait = held.remove(verb);
    if (wait != null) {
      wait.future().await();
    }
    Deque<RuntimeException> planned = failures.getOrDefault(verb, new ArrayDeque<>());
    if (!planned.isEmpty()) {
      throw planned.removeFirst();
    }
  }

  // In the test's hands: the containers

  static String containerOf(String taskId) {
    return "c-" + taskId;
  }

  @Nullable ContainerDetails container(String taskId) {
    return containers.get(containerOf(taskId));
  }

  /** Puts a container there, as an earlier life of the agent left it. */
  void put(String taskId, ContainerPhase phase, int exitCode) {
    containers.put(containerOf(taskId), details(taskId, phase, exitCode, Health.NONE));
  }

  /** The container ends by itself. */
  void die(String taskId, int exitCode) {
    put(taskId, ContainerPhase.EXITED, exitCode);
    tell("die", taskId, Map.of("exitCode", Integer.toString(exitCode)));
  }

  /** Somebody removes the container behind the agent's back. */
  void destroy(String taskId) {
    containers.remove(containerOf(taskId));
    tell("destroy", taskId, Map.of());
  }

  void health(String taskId, Health health) {
    containers.put(containerOf(taskId), details(taskId, ContainerPhase.RUNNING, 0, health));
    tell(
        health == Health.HEALTHY ? "health_status: healthy" : "health_status: unhealthy",
        taskId,
        Map.of());
  }

  void tell(String action, String taskId, Map<String, String> more) {
    Map<String, String> attributes = new HashMap<>(more);
    attributes.put(ContainerRequest.TASK_LABEL, taskId);
    events.accept(new EngineEvent("container", action, containerOf(taskId), attributes, 0));
  }

  private ContainerDetails details(
      String taskId, ContainerPhase phase, int exitCode, Health health) {
    return new ContainerDetails(
        containerOf(taskId),
        "web.1." + taskId,
        Map.of(ContainerRequest.TASK_LABEL, taskId),
        phase,
        phase.alive() ? 77 : 0,
        exitCode,
        false,
        "",
        health,
        healthcheck,
        health == Health.UNHEALTHY ? "no answer" : "",
        false,
        "",
        Map.of(),
        List.of());
  }

  private static String taskOf(String containerId) {
    return containerId.substring("c-".length());
  }

  // The verbs

  @Override
  public List<ContainerSummary> containers() {
    called("list", "");
    return containers.values().stream()
        .map(c -> new ContainerSummary(c.id(), c.name(), c.labels(), c.phase()))
        .toList();
  }

  @Override
  public ImageFetch fetch(Task task) {
    called("fetch", task.id());
    return new ImageFetch(image, () -> pull);
  }

  @Override
  public Made create(Task task, ImageDetails details) {
    called("create", task.id());
    put(task.id(), ContainerPhase.CREATED, 0);
    return new Made(containerOf(task.id()), null);
  }

  @Override
  public boolean start(Task task, String containerId, boolean complete) {
    called(complete ? "start" : "complete and start", containerId);
    containers.put(
        containerId,
        details(task.id(), ContainerPhase.RUNNING, 0, healthcheck ? Health.STARTING : Health.NONE));
    return false;
  }

  @Override
  public Optional<ContainerDetails> inspect(String container) {
    called("inspect", container);
    return containers.values().stream()
        .filter(c -> c.id().equals(container) || c.name().equals(container))
        .findFirst();
  }

  @Override
  public Optional<ContainerDetails> inspectWhenIdle(Supplier<String> container) {
    String wanted = container.get();
    return wanted.isEmpty() ? Optional.empty() : Optional.ofNullable(containers.get(wanted));
  }

  @Override
  public List<Task.NetworkAttachment> attachments(Task task, ContainerDetails details) {
    return List.of();
  }

  @Override
  public void drain(Task task, Duration grace) {
    called("drain", task.id());
  }

  @Override
  public void stop(String containerId, @Nullable Duration grace) {
    called("stop", containerId);
    if (tellsStops) {
      die(taskOf(containerId), 143);
    } else {
      put(taskOf(containerId), ContainerPhase.EXITED, 143);
    }
  }

  @Override
  public void remove(String containerId) {
    called("remove", containerId);
    containers.remove(containerId);
    tell("destroy", taskOf(containerId), Map.of());
  }

  @Override
  public void clear(String taskId) {
    called("clear", taskId);
  }

  ContainerDetails required(String taskId) {
    return Objects.requireNonNull(container(taskId));
  }
}
