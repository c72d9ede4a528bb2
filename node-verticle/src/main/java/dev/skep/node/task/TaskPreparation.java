package dev.skep.node.task;

import dev.skep.engine.ImageDetails;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.container.ContainerRequest;
import dev.skep.node.step.Step;
import dev.skep.store.model.Task;
import dev.skep.store.model.spec.ContainerSpec;
import java.time.Duration;

/** The step that makes a task's container: fetches its image, and creates it from that. */
final class TaskPreparation {
  /** How often a pull's progress shows in the task's message: each time is a commit. */
  private static final Duration PULL_TOLD_EVERY = Duration.ofSeconds(1);

  private final ManagedTask managed;
  private final ContainerState container;
  private final TaskProgress progress;
  private final TaskExecutor executor;
  private final TaskHost host;
  private final Fibers fibers;

  TaskPreparation(
      ManagedTask managed,
      ContainerState container,
      TaskProgress progress,
      TaskExecutor executor,
      TaskHost host,
      Fibers fibers) {
    this.managed = managed;
    this.container = container;
    this.progress = progress;
    this.executor = executor;
    this.host = host;
    this.fibers = fibers;
  }

  /** Gives up quietly when the task is not wanted any more while its image is fetched. */
  void run(Task task) {
    TaskExecutor.ImageFetch fetch = executor.fetch(task);
    String preparing = progress.message();
    while (!fetch.done().isComplete()) {
      fibers.await(fetch.done(), managed.changed(), PULL_TOLD_EVERY);
      if (!(managed.next() instanceof Step.Prepare)) {
        return;
      }
      if (progress.say(fetch.progress().get().orElse(preparing))) {
        host.report(managed);
      }
    }
    progress.say(preparing);
    create(task, fetch.done().await());
  }

  private void create(Task task, ImageDetails image) {
    ContainerSpec spec = ContainerRequest.containerOf(task);
    String signal = spec.stopSignal();
    container.expect(
        signal == null || signal.isEmpty() ? image.stopSignal() : signal, probed(spec, image));
    TaskExecutor.Made made = executor.create(task, image);
    if (made.found() == null) {
      container.created(made.containerId());
    } else {
      container.see(made.found());
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
}
