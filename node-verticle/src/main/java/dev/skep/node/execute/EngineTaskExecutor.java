package dev.skep.node.execute;

import dev.skep.engine.ContainerDetails;
import dev.skep.engine.ContainerSummary;
import dev.skep.engine.Engine;
import dev.skep.engine.ImageDetails;
import dev.skep.engine.http.EngineException;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.concurrent.PrioritySemaphore;
import dev.skep.node.concurrent.PrioritySemaphore.Urgency;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.container.TaskFiles;
import dev.skep.node.image.Images;
import dev.skep.node.task.Provisions;
import dev.skep.node.task.TaskExecutor;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Task;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the steps of tasks through the local engine. Bounded: an engine on two processors was
 * fastest with eight calls at once, for creation as for removal.
 */
public final class EngineTaskExecutor implements TaskExecutor {
  private static final int ENGINE_CALLS = 8;

  /**
   * A stop that takes longer than this waits for its container, not for the engine, and makes room
   * for the next.
   */
  private static final Duration SLOW_STOP = Duration.ofMillis(250);

  private final String nodeId;
  private final Engine engine;
  private final Fibers fibers;
  private final Provisions provisions;
  private final Images images;
  private final TaskNetworks networks;
  private final TaskFiles files;
  private final ConnectionDrain drain;
  private final ContainerMaker maker;
  private final PrioritySemaphore permits = new PrioritySemaphore(ENGINE_CALLS);

  public EngineTaskExecutor(
      String nodeId,
      Engine engine,
      Fibers fibers,
      Provisions provisions,
      Images images,
      TaskNetworks networks,
      TaskFiles files,
      ConnectionDrain drain) {
    this.nodeId = nodeId;
    this.engine = engine;
    this.fibers = fibers;
    this.provisions = provisions;
    this.images = images;
    this.networks = networks;
    this.files = files;
    this.drain = drain;
    this.maker = new ContainerMaker(nodeId, engine, provisions, networks, files);
  }

  @Override
  public List<ContainerSummary> containers() {
    return engine.listContainers(List.of(ContainerRequest.NODE_LABEL + "=" + nodeId)).await();
  }

  @Override
  public ImageFetch fetch(Task task) {
    String reference = ContainerRequest.imageOf(ContainerRequest.containerOf(task));
    Sensitive auth = provisions.assignments().registryAuths().get(task.serviceId());
    Future<ImageDetails> done =
        fibers.start(() -> images.ensure(reference, auth == null ? "" : auth.text()));
    return new ImageFetch(done, () -> images.pulling(reference));
  }

  @Override
  public Made create(Task task, ImageDetails image) {
    ContainerRequest request = maker.request(task);
    return permitted(Urgency.NORMAL, () -> maker.create(task, request));
  }

  @Override
  public boolean start(Task task, String containerId, boolean complete) {
    permitted(
        Urgency.HIGH,
        () -> {
          if (!complete) {
            maker.complete(task, containerId);
          }
          engine.startContainer(containerId).await();
          return true;
        });
    return networks.reachable(task);
  }

  @Override
  public Optional<ContainerDetails> inspect(String container) {
    return permitted(Urgency.HIGH, () -> found(container));
  }

  @Override
  public Optional<ContainerDetails> inspectWhenIdle(Supplier<String> container) {
    return permitted(
        Urgency.IDLE,
        () -> {
          String wanted = container.get();
          return wanted.isEmpty() ? Optional.empty() : found(wanted);
        });
  }

  private Optional<ContainerDetails> found(String container) {
    try {
      return Optional.of(engine.inspectContainer(container).await());
    } catch (EngineException e) {
      if (!e.notFound()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  @Override
  public List<Task.NetworkAttachment> attachments(Task task, ContainerDetails details) {
    return networks.attachments(task, details);
  }

  @Override
  public void drain(Task task, Duration grace) {
    drain.await(task.id(), grace);
  }

  @Override
  public void stop(String containerId, @Nullable Duration grace) {
    Future<Void> stopped =
        permitted(
            Urgency.HIGH,
            () -> {
              Future<Void> stop =
                  grace == null
                      ? engine.stopContainer(containerId)
                      : engine.stopContainer(containerId, grace);
              fibers.await(stop, SLOW_STOP);
              return stop;
            });
    try {
      stopped.await();
    } catch (EngineException e) {
      if (!e.notFound()) {
        throw e;
      }
    }
  }

  @Override
  public void remove(String containerId) {
    permitted(
        Urgency.HIGH,
        () -> {
          try {
            engine.removeContainer(containerId).await();
          } catch (EngineException e) {
            if (!e.notFound() && !e.conflict()) {
              throw e; // a conflict says that its removal is under way
            }
          }
          return true;
        });
  }

  @Override
  public void clear(String taskId) {
    files.remove(taskId);
    networks.release(taskId);
  }

  private <T> T permitted(Urgency urgency, Supplier<T> calls) {
    permits.acquire(urgency).await();
    try {
      return calls.get();
    } finally {
      permits.release();
    }
  }
}
