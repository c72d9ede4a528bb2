package dev.skep.gateway.task;

import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.cluster.Lookup;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.store.model.Task;
import dev.skep.store.state.ClusterState;
import java.util.Comparator;

/** GET /tasks and GET /tasks/{id}. */
public final class TaskEndpoints {
  private final SwarmGate gate;

  public TaskEndpoints(SwarmGate gate) {
    this.gate = gate;
  }

  public Reply list(Call call) {
    ClusterState state = gate.state();
    TaskFilter filter = TaskFilter.of(call, state);
    return Reply.ok(
        filter.candidates().stream()
            .filter(filter)
            .sorted(Comparator.comparing(Task::id))
            .map(task -> TaskView.of(task, state))
            .toList());
  }

  public Reply inspect(Call call) {
    ClusterState state = gate.state();
    return Reply.ok(TaskView.of(Lookup.task(state, call.path("id")), state));
  }
}
