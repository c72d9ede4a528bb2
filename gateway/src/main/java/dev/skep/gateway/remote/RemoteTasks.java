package dev.skep.gateway.remote;

import dev.skep.engine.http.ApiUri;
import dev.skep.engine.http.EngineRequest;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.engine.EngineProxy;
import dev.skep.gateway.proxy.route.EngineRoute;
import dev.skep.gateway.proxy.route.EngineRoutes;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.membership.Membership.Place;
import dev.skep.store.membership.StoreFollower;
import dev.skep.store.model.Node;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * On a manager, a request about a container of the swarm goes to the engine of the node on which it
 * runs. It may be named by its id, its name, its task's id, or its service and slot.
 *
 * <p>What this host's engine has comes first: words that something beside the swarm can be called
 * by, such as the beginning of an id, are looked up there before they lead elsewhere.
 */
public final class RemoteTasks implements EngineRoutes {
  private final EngineProxy engine;
  private final Execs execs = new Execs();
  private final StoreFollower<Swarm> swarm =
      new StoreFollower<>(manager -> new Swarm(manager, new TaskIds(), new Tunnels(manager)));

  public RemoteTasks(EngineProxy engine) {
    this.engine = engine;
  }

  /** The swarm that this host manages, and the ids of its tasks. */
  private record Swarm(Manager manager, TaskIds ids, Tunnels tunnels)
      implements StoreFollower.Following {
    ClusterState state() {
      return manager.store().state();
    }

    @Override
    public void commit(Commit commit) {
      ids.commit(commit);
    }

    @Override
    public void reset(ClusterState state) {
      ids.reset(state);
    }

    @Override
    public void left() {
      // What was asked for already ends by itself.
    }
  }

  /** Takes note of this host's place; to be called at each change of it, one at a time. */
  public void move(Place place) {
    swarm.move(place);
  }

  /** Follows no swarm any more. */
  public void close() {
    swarm.close();
  }

  @Override
  public Optional<Future<EngineRoute>> find(HttpMethod method, ApiUri uri) {
    Swarm here = swarm.now().orElse(null);
    if (here == null) {
      return Optional.empty();
    }
    return ContainerUri.parse(method, uri)
        .flatMap(asked ->
            asked.ofExec()
                ? ofExec(here, asked, uri)
                : ofContainer(here, new Request(method, uri, asked)));
  }

  private record Request(HttpMethod method, ApiUri uri, ContainerUri container) {}

  private Optional<Future<EngineRoute>> ofExec(Swarm here, ContainerUri asked, ApiUri uri) {
    return execs
        .node(asked.term())
        .map(node ->
            here.tunnels()
                .to(node, "exec " + asked.term())
                .map(way -> new EngineRoute(way, uri, Optional.empty())));
  }

  private Optional<Future<EngineRoute>> ofContainer(Swarm here, Request request) {
    String term = request.container().term();
    return switch (TaskRef.by(term, here.state(), here.ids())) {
      case TaskRef.NoTask() -> Optional.empty();
      case TaskRef.SeveralTasks() ->
          Optional.of(unlessLocal(request, () -> refused(severalText(term))));
      case TaskRef.OneTask(Task task, TaskRef.Naming by) -> {
        boolean local = task.nodeId().equals(here.manager().nodeId());
        if (local && by.engines()) {
          yield Optional.empty();
        }
        yield Optional.of(
            by.certain()
                ? toTask(here, request, task, by)
                : unlessLocal(request, () -> toTask(here, request, task, by)));
      }
    };
  }

  private static ApiError severalText(String term) {
    return ApiError.badRequest("Multiple IDs found with provided prefix: " + term);
  }

  private static <T> Future<T> refused(ApiError why) {
    return Future.failedFuture(new Refused(why.status(), why.getMessage()));
  }

  /** A container of this host's engine by that name comes first. Without one, the task is taken. */
  private Future<EngineRoute> unlessLocal(
      Request request, Supplier<Future<EngineRoute>> otherwise) {
    String name = URLEncoder.encode(request.container().term(), StandardCharsets.UTF_8);
    EngineRoute asItIs = new EngineRoute(new EngineRoute.Local(), request.uri(), Optional.empty());
    return engine
        .call(EngineRequest.of(HttpMethod.GET, "/containers/" + name + "/json"))
        .map(reply -> reply.status() == ApiError.NOT_FOUND)
        .otherwise(false)
        .compose(unknown -> unknown ? otherwise.get() : Future.succeededFuture(asItIs));
  }

  private Future<EngineRoute> toTask(Swarm here, Request request, Task task, TaskRef.Naming by) {
    TaskStatus.ContainerStatus status = task.status().containerStatus();
    String containerId = status == null ? null : status.containerId();
    if (containerId == null || containerId.isEmpty()) {
      return refused(
          new ApiError(
              ApiError.NOT_FOUND,
              "No such container: %s (task %s is %s and has none)"
                  .formatted(request.container().term(), task.id(), task.state().text())));
    }
    ApiUri uri = request.container().of(request.uri(), containerId);
    Optional<UnaryOperator<Buffer>> answer = answer(request, task, by);
    if (task.nodeId().equals(here.manager().nodeId())) {
      return Future.succeededFuture(new EngineRoute(new EngineRoute.Local(), uri, answer));
    }
    if (request.container().commits()) {
      return refused(
          new ApiError(
              ApiError.NOT_IMPLEMENTED,
              "cannot commit %s here: task %s runs on node %s, where the image would be made and stay; run \"docker commit\" on that node's own socket"
                  .formatted(
                      request.container().term(), task.name(), nodeName(here, task.nodeId()))));
    }
    return here.tunnels()
        .to(task.nodeId(), "task " + task.name())
        .map(way -> new EngineRoute(way, uri, answer))
        .recover(why ->
            // A client that inspects goes on from here to the task itself.
            by.tasks() && request.container().inspects(request.method()) && why instanceof Refused r
                ? Future.failedFuture(
                    new Refused(
                        ApiError.NOT_FOUND,
                        "No such container: " + request.container().term() + ": " + r.getMessage()))
                : Future.failedFuture(why));
  }

  private static String nodeName(Swarm here, String nodeId) {
    return here.state().node(nodeId).map(Node::name).orElse(nodeId);
  }

  private Optional<UnaryOperator<Buffer>> answer(Request request, Task task, TaskRef.Naming by) {
    if (by.tasks() && request.container().inspects(request.method())) {
      return Optional.of(body -> InspectedTask.with(task, body));
    }
    if (request.container().createsExec(request.method())) {
      return Optional.of(body -> {
        execId(body).ifPresent(id -> execs.note(id, task.nodeId()));
        return body;
      });
    }
    return Optional.empty();
  }

  private static Optional<String> execId(Buffer body) {
    try {
      return Optional.ofNullable(new JsonObject(body).getString("Id"));
    } catch (DecodeException | ClassCastException e) {
      return Optional.empty();
    }
  }
}
