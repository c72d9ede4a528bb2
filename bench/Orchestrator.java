import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Swarm mode or Skep, driven and watched in the same words: the swarm API on one socket, the engine's containers on another. */
final class Orchestrator {
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Path api;
  private final Path engine;
  private final String image;
  private int services;

  Orchestrator(Path api, Path engine, String image) {
    this.api = api;
    this.engine = engine;
    this.image = image;
  }

  void init(String address) {
    try (var swarm = new EngineApi(api)) {
      swarm.post("/swarm/init", Map.of("ListenAddr", address + ":2377", "AdvertiseAddr", address));
    }
  }

  /** Creates a service on the host network; restartDelay null leaves the API's default of 5 s. */
  String create(int replicas, Duration restartDelay, List<String> constraints) {
    return create(replicas, restartDelay, constraints, List.of("host"));
  }

  /** As above, on other networks; none is the engine's default bridge. */
  String create(int replicas, Duration restartDelay, List<String> constraints, List<String> networks) {
    var task = new LinkedHashMap<String, Object>();
    task.put("ContainerSpec", Map.of("Image", image, "StopSignal", "SIGKILL"));
    task.put("Networks", networks.stream().map(network -> Map.of("Target", network)).toList());
    if (restartDelay != null) {
      task.put("RestartPolicy", Map.of("Condition", "any", "Delay", restartDelay.toNanos()));
    }
    task.put("Placement", Map.of("Constraints", constraints));
    try (var swarm = new EngineApi(api)) {
      return swarm
          .post("/services/create", Map.of("Name", "bench" + ++services, "TaskTemplate", task, "Mode", Map.of("Replicated", Map.of("Replicas", replicas))))
          .get("ID")
          .asText();
    }
  }

  /**
   * Returns when that many tasks of the service run. Asks for their number only: reading a hundred tasks twenty times a second
   * would cost the one who is measured, and the one who measures, more than the work itself.
   */
  void awaitRunning(String service, int replicas) {
    try (var swarm = new EngineApi(api)) {
      String path = "/services?status=true&filters=" + filter("id", service);
      until(50, service + " runs " + replicas, () -> swarm.get(path).at("/0/ServiceStatus/RunningTasks").asInt() >= replicas);
    }
  }

  /** Deletes the service and returns when the engine has none of its containers, stopped ones included. */
  void remove(String service) {
    try (var swarm = new EngineApi(api);
        var containers = new EngineApi(engine)) {
      swarm.delete("/services/" + service);
      // One is as good as all, and an engine that lists a hundred containers twenty times a second removes them more slowly.
      String path = "/containers/json?all=1&limit=1&filters=" + filter("label", "com.docker.swarm.service.id=" + service);
      until(50, service + " is gone", () -> containers.get(path).isEmpty());
    }
  }

  /** Kills one container of the service; returns how long until another task runs. */
  double replace(String service) {
    try (var swarm = new EngineApi(api);
        var containers = new EngineApi(engine)) {
      JsonNode victim = running(swarm, service).getFirst();
      String container = victim.at("/Status/ContainerStatus/ContainerID").asText();
      String old = victim.get("ID").asText();
      long begin = System.nanoTime();
      containers.post("/containers/" + container + "/kill", null);
      until(20, "the replacement of " + old, () -> running(swarm, service).stream().anyMatch(t -> !t.get("ID").asText().equals(old)));
      return seconds(begin);
    }
  }

  /** Replaces all tasks of the service, so many at a time; returns how long until all new ones run. */
  double roll(String service, int replicas, int parallelism, String order) {
    try (var swarm = new EngineApi(api)) {
      var old = new HashSet<String>();
      running(swarm, service).forEach(task -> old.add(task.get("ID").asText()));
      JsonNode known = swarm.get("/services/" + service);
      ObjectNode spec = known.get("Spec").deepCopy();
      ((ObjectNode) spec.get("TaskTemplate")).put("ForceUpdate", 1);
      spec.putObject("UpdateConfig").put("Parallelism", parallelism).put("Delay", 0).put("Order", order);
      long begin = System.nanoTime();
      swarm.post("/services/" + service + "/update?version=" + known.at("/Version/Index").asLong(), spec);
      until(
          50,
          service + " is updated",
          () -> running(swarm, service).stream().filter(task -> !old.contains(task.get("ID").asText())).count() == replicas);
      return seconds(begin);
    }
  }

  private static List<JsonNode> running(EngineApi swarm, String service) {
    var found = new ArrayList<JsonNode>();
    for (JsonNode task : swarm.get("/tasks?filters=" + filter("service", service))) {
      if (task.at("/Status/State").asText().equals("running") && task.get("DesiredState").asText().equals("running")) {
        found.add(task);
      }
    }
    return found;
  }

  static double seconds(long beginNanos) {
    return (System.nanoTime() - beginNanos) / 1e9;
  }

  static void until(int everyMillis, String what, BooleanSupplier condition) {
    long end = System.nanoTime() + LONGEST.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("waited " + LONGEST.toMinutes() + " minutes in vain: " + what);
      }
      pause(everyMillis);
    }
  }

  static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String filter(String key, String value) {
    return URLEncoder.encode("{\"" + key + "\":[\"" + value + "\"]}", StandardCharsets.UTF_8);
  }
}
