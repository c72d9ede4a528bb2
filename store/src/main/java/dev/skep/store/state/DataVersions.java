package dev.skep.store.state;

import dev.skep.store.model.Blob;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which versions of a secret's or config's data services and tasks read. Pure. */
public final class DataVersions {
  private DataVersions() {}

  /** The versions of the blob's data that a spec names; empty when it does not use the blob. */
  public static Stream<Long> of(@Nullable ServiceSpec spec, Blob blob) {
    return spec == null ? Stream.empty() : of(spec.taskTemplate(), blob);
  }

  private static Stream<Long> of(TaskSpec task, Blob blob) {
    ContainerSpec container = task.containerSpec();
    return container == null ? Stream.empty() : container.dataVersions(blob.kind(), blob.id());
  }

  /** The spec with every reference to the blob at {@code version} of its data. */
  public static ServiceSpec at(ServiceSpec spec, Blob blob, long version) {
    TaskSpec task = spec.taskTemplate();
    ContainerSpec container = task.containerSpec();
    return container == null
        ? spec
        : spec.withTaskTemplate(
            task.withContainerSpec(container.withDataVersion(blob.kind(), blob.id(), version)));
  }

  /**
   * What can still be asked for.
   *
   * @param specs versions that services are at or can go back to
   * @param tasks versions that containers are still to be made with
   */
  public record InUse(Set<Long> specs, Set<Long> tasks) {
    public InUse {
      specs = Set.copyOf(specs);
      tasks = Set.copyOf(tasks);
    }

    /** The blob without the past data that nobody can ask for; itself when there is none. */
    public SwarmObject prune(Blob blob) {
      Set<Long> all = new TreeSet<>(specs);
      all.addAll(tasks);
      return blob.keeping(all);
    }
  }

  /**
   * @param tasksOf the tasks of a service, by its id
   */
  public static InUse inUse(
      Blob blob, Collection<Service> services, Function<String, Collection<Task>> tasksOf) {
    Set<Long> specs = new TreeSet<>();
    Set<Long> tasks = new TreeSet<>();
    for (Service service : services) {
      Set<Long> here = new TreeSet<>();
      of(service.spec(), blob).forEach(here::add);
      of(service.previousSpec(), blob).forEach(here::add);
      if (!here.isEmpty()) {
        specs.addAll(here);
        for (Task task : tasksOf.apply(service.id())) {
          if (task.live() && !task.state().after(TaskState.PREPARING)) {
            of(task.spec(), blob).forEach(tasks::add);
          }
        }
      }
    }
    return new InUse(specs, tasks);
  }
}
