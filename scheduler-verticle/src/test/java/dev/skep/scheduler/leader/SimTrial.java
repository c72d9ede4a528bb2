package dev.skep.scheduler.leader;

import dev.skep.store.model.Service;
import dev.skep.store.model.Service.UpdateStatus;
import dev.skep.store.model.Task;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpec.UpdateConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The last act of a history: a cluster at rest, in which nothing fails by itself, updates all its
 * services at once. Good images have to arrive without taking more from a service than its update
 * config allows, bad ones have to end as it says; labels and sizes change meanwhile, and leaders.
 */
final class SimTrial {
  private static final Duration LONGEST = Duration.ofMinutes(3);
  private static final Duration LOOK = Duration.ofSeconds(1);

  /**
   * @param least containers that have to run at any time
   * @param ends the state in which the update has to end
   */
  private record Expected(long least, String ends) {}

  private final Simulation world;
  private final SimUser user;
  private final Map<String, Expected> expected = new TreeMap<>();

  SimTrial(Simulation world, SimUser user) {
    this.world = world;
    this.user = user;
  }

  /** Plays it; what went wrong. */
  List<String> play() {
    for (Service service : user.sorted()) {
      Mode mode = service.spec().mode();
      if (mode != null && (mode.replicated() != null || mode.global() != null)) {
        update(service);
      }
    }
    world.containerEnded = this::ended;
    for (int i = 0; i < 4; i++) {
      world.run(Duration.ofMillis(world.between(0, 2000)));
      switch ((int) world.between(0, 4)) {
        case 0 -> user.labelNode();
        case 1 -> labelService();
        case 2 -> world.changeLeader();
        case 3 -> grow();
        default -> {}
      }
    }
    List<String> left = List.of();
    for (Instant until = world.now().plus(LONGEST); world.now().isBefore(until); ) {
      world.run(LOOK);
      left = unfinished();
      if (left.isEmpty() || !world.wrong().isEmpty()) {
        break;
      }
    }
    return world.wrong().isEmpty() ? left : world.wrong();
  }

  private void update(Service service) {
    String image = world.chance(0.25) ? "broken:trial" : "web:trial";
    // A host has each of its ports once: the task that comes would wait for the one that leaves.
    UpdateConfig config = user.specs().config();
    while (service.spec().endpointSpec() != null && "start-first".equals(config.order())) {
      config = user.specs().config();
    }
    UpdateConfig chosen = config;
    user.change(
        service,
        spec ->
            spec.withUpdateConfig(chosen)
                .withTaskTemplate(spec.taskTemplate().withContainerSpec(ContainerSpec.of(image))));
    // What a lost node may still run is nobody's any more.
    long replicas =
        world.agents().values().stream()
            .filter(SimAgent::up)
            .mapToLong(agent -> agent.running(service.id()))
            .sum();
    boolean good = image.startsWith("web");
    boolean bounded = good && config.parallelism() > 0 && !"start-first".equals(config.order());
    String action = String.valueOf(config.failureAction());
    String ends =
        good || action.equals("continue")
            ? "completed"
            : action.equals("pause") ? "paused" : "rollback_completed";
    if (replicas > 0) {
      expected.put(service.id(), new Expected(bounded ? replicas - config.parallelism() : 0, ends));
    }
  }

  private void ended(Task task) {
    Expected of = expected.get(task.serviceId());
    if (of == null || of.least() <= 0) {
      return;
    }
    long running = 0;
    for (SimAgent agent : world.agents().values()) {
      running += agent.running(task.serviceId());
    }
    if (running < of.least()) {
      world.complain(
          "%s has %d containers in a healthy update, at least %d"
              .formatted(task.serviceName(), running, of.least()));
    }
  }

  private void grow() {
    changeOne(spec -> {
      Mode mode = spec.mode();
      Long replicas =
          mode == null || mode.replicated() == null ? null : mode.replicated().replicas();
      return replicas == null ? spec : spec.withMode(Mode.replicated(replicas + 1));
    });
  }

  private void labelService() {
    changeOne(spec -> spec.withLabels(Map.of("release", Long.toString(world.between(0, 9)))));
  }

  /** Changes a service whose update is to complete; others would lose the spec to go back to. */
  private void changeOne(SimUser.Edit edit) {
    List<Service> some =
        user.sorted().stream()
            .filter(service -> {
              Expected of = expected.get(service.id());
              return of != null && of.ends().equals("completed");
            })
            .toList();
    if (!some.isEmpty()) {
      user.change(some.get((int) world.between(0, some.size() - 1)), edit);
    }
  }

  private List<String> unfinished() {
    List<String> left = new ArrayList<>();
    expected.forEach((id, of) -> {
      UpdateStatus status = world.state().service(id).map(Service::updateStatus).orElse(null);
      String state = status == null ? "none" : status.state();
      boolean labelled = status == null && of.ends().equals("completed");
      if (!state.equals(of.ends()) && !labelled) {
        left.add("the trial of " + id + " is " + state + " and has to be " + of.ends());
      }
    });
    return left;
  }
}
