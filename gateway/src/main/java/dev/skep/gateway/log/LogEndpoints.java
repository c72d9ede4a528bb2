package dev.skep.gateway.log;

import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Head;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.cluster.Lookup;
import dev.skep.gateway.api.cluster.StoreStreams;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.state.ClusterState;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.time.InstantSource;
import java.util.function.Predicate;

/** GET /services/{id}/logs and GET /tasks/{id}/logs. */
public final class LogEndpoints {
  /** The API version from which on the stream has a content type. */
  private static final int TYPED = 42;

  private final Vertx vertx;
  private final SwarmGate gate;
  private final Head head;
  private final InstantSource clock;
  private final StoreStreams streams;

  public LogEndpoints(
      Vertx vertx, SwarmGate gate, Head head, InstantSource clock, StoreStreams streams) {
    this.vertx = vertx;
    this.gate = gate;
    this.head = head;
    this.clock = clock;
    this.streams = streams;
  }

  public Reply ofService(Call call) {
    Manager manager = gate.manager();
    LogOptions options = LogOptions.of(call, clock.instant());
    Service service = Lookup.service(manager.store().state(), call.path("id"));
    String id = service.id();
    return stream(
        call,
        manager,
        options,
        service.spec().taskTemplate(),
        task -> task.serviceId().equals(id),
        state -> state.service(id).isEmpty());
  }

  public Reply ofTask(Call call) {
    Manager manager = gate.manager();
    LogOptions options = LogOptions.of(call, clock.instant());
    Task task = Lookup.task(manager.store().state(), call.path("id"));
    String id = task.id();
    return stream(
        call,
        manager,
        options,
        task.spec(),
        candidate -> candidate.id().equals(id),
        state -> state.task(id).map(t -> t.state().compareTo(TaskState.RUNNING) >= 0).orElse(true));
  }

  private Reply stream(
      Call call,
      Manager manager,
      LogOptions options,
      TaskSpec spec,
      Predicate<Task> wanted,
      Predicate<ClusterState> exhausted) {
    boolean tty = spec.containerSpec() != null && Boolean.TRUE.equals(spec.containerSpec().tty());
    HttpServerResponse response = head.of(call.request()).setChunked(true);
    if (call.speaks(TYPED)) {
      response.putHeader(
          "Content-Type",
          tty ? "application/vnd.docker.raw-stream" : "application/vnd.docker.multiplexed-stream");
    } else if (tty) {
      response.putHeader("Content-Type", "application/vnd.docker.raw-stream");
    }
    new LogResponse(
            vertx.getOrCreateContext(), manager, options, tty, response, wanted, exhausted, streams)
        .start();
    return Reply.elsewhere();
  }
}
