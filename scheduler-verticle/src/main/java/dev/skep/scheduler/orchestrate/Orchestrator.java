package dev.skep.scheduler.orchestrate;

import dev.skep.scheduler.allocate.Endpoints;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import java.util.List;

/**
 * Decides about one service: what is published, which tasks there should be, which addresses they
 * have, and where they go.
 */
public final class Orchestrator {
  /** During an update a slot keeps the task before too: it shows what the update replaced. */
  private static final int KEPT_IN_UPDATE = 2;

  private final Plan plan;

  public Orchestrator(Plan plan) {
    this.plan = plan;
  }

  /** Puts into the plan what should become of the service's tasks. */
  public void decide(String serviceId) {
    Service stored = plan.service(serviceId).orElse(null);
    List<Task> tasks = plan.tasksOf(serviceId);
    if (stored == null) {
      remove(tasks);
      return;
    }
    Gateways gateways = new Gateways(plan, serviceId);
    Allocating allocating = new Allocating(plan, serviceId, gateways);
    Service service = allocating.addresses(allocated(stored));
    ServiceContext context = ServiceContext.of(plan, service);
    List<Slot> slots =
        switch (context.mode()) {
          case REPLICATED -> new Replicated(context, tasks).decide();
          case GLOBAL -> new Global(context, tasks).decide();
          case REPLICATED_JOB, GLOBAL_JOB -> new Jobs(context, tasks).decide();
        };
    // What was decided may have begun an update.
    Service now = plan.service(serviceId).orElse(service);
    Reaper reaper =
        new Reaper(
            plan,
            context.placementCheck(),
            historyLimit(now),
            new UpdateFailures(context, UpdateTerms.of(now))::in);
    slots.forEach(reaper::reap);
    allocating.allocate(slots);
    new Placing(plan, serviceId, gateways).place(slots);
  }

  private Service allocated(Service stored) {
    Endpoints.Allocation allocation = Endpoints.allocate(stored, plan.base(), plan::service);
    if (!allocation.service().equals(stored)) {
      plan.update(allocation.service());
      if (allocation.chose()) {
        plan.relyOn(Kind.SERVICE);
      }
      plan.because(
          new DecisionReason(
              "endpoint allocated", stored.name(), null, null, 0, allocation.describe()));
    }
    if (allocation.waits()) {
      plan.waiting(stored.id());
    }
    return allocation.service();
  }

  private int historyLimit(Service service) {
    int limit = plan.base().cluster().map(Cluster::taskHistoryLimit).orElse(DEFAULT_HISTORY);
    boolean updating =
        service.updateStatus() != null && service.updateStatus().completedAt() == null;
    int kept = plan.crowded() ? Math.min(limit, 1) : limit;
    return updating ? Math.max(kept, KEPT_IN_UPDATE) : kept;
  }

  private static final int DEFAULT_HISTORY = Cluster.DEFAULT_TASK_HISTORY;

  /** The service is gone: its tasks follow. */
  private void remove(List<Task> tasks) {
    PlacementCheck placementCheck = new PlacementCheck(plan, null);
    Reaper reaper = new Reaper(plan, placementCheck, 0, slot -> null);
    int told = 0;
    for (Slot slot : Slot.byNumber(tasks).values()) {
      told += slot.remove(plan);
      reaper.reap(slot);
    }
    if (told > 0) {
      String name = tasks.getFirst().serviceName();
      plan.because(
          new DecisionReason("tasks removed", name, null, null, told, "service was removed"));
    }
  }
}
