package dev.skep.node.container;

import dev.skep.engine.ImageName;
import dev.skep.engine.http.ApiVersion;
import dev.skep.store.model.Task;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.template.Template;
import dev.skep.store.template.TemplateScope;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The request that makes a task's container, with the name, labels and settings that Swarm gives
 * it.
 *
 * @param name the container's
 * @param body of {@code POST /containers/create}
 * @param connects networks to connect to before the start: engines older than API 1.44 take only
 *     one at creation
 */
public record ContainerRequest(String name, JsonObject body, List<Connect> connects) {
  private static final String LABELS = "com.docker.swarm.";

  /** On every container of a task: the task's id. */
  public static final String TASK_LABEL = LABELS + "task.id";

  /** On every container of a task: the id of the node that made it. */
  public static final String NODE_LABEL = LABELS + "node.id";

  /** A further network and the container's settings on it. */
  public record Connect(String network, JsonObject endpoint) {}

  public ContainerRequest {
    connects = List.copyOf(connects);
  }

  /**
   * Throws TemplateException when a template in the spec cannot be expanded, and
   * IllegalArgumentException when the task has no container or asks for what the engine is too old
   * for.
   */
  public static ContainerRequest of(
      Task task,
      NodeFacts node,
      List<TaskNetwork> networks,
      List<TaskMount> files,
      ApiVersion api) {
    ContainerSpec spec = containerOf(task);
    NewerFields.check(spec, node, api);
    TemplateScope scope = node.scope(task);
    JsonObject hostConfig = HostConfig.of(task, spec, scope, files, nameServer(networks));
    JsonObject body =
        new JsonObject()
            .put("Image", imageOf(spec))
            .put("Labels", labels(task, spec))
            .put("Env", env(task, spec, scope))
            .put("Tty", isTrue(spec.tty()))
            .put("OpenStdin", isTrue(spec.openStdin()))
            .put("HostConfig", hostConfig);
    putText(body, "Hostname", Template.expand(scope, text(spec.hostname())));
    putText(body, "User", text(spec.user()));
    putText(body, "WorkingDir", text(spec.dir()));
    putText(body, "StopSignal", text(spec.stopSignal()));
    if (!spec.command().isEmpty()) {
      body.put("Entrypoint", new JsonArray(spec.command()));
    }
    if (!spec.args().isEmpty()) {
      body.put("Cmd", new JsonArray(spec.args()));
    }
    body.put("StopTimeout", StopRule.graceSeconds(spec));
    if (spec.healthcheck() != null) {
      body.put("Healthcheck", new JsonObject(Json.api(spec.healthcheck())));
    }
    JsonObject exposed = new JsonObject();
    hostPorts(task).forEach(port -> exposed.put(portKey(port), new JsonObject()));
    if (!exposed.isEmpty()) {
      body.put("ExposedPorts", exposed);
    }
    List<Connect> connects = joinNetworks(body, hostConfig, networks, api);
    return new ContainerRequest(task.name(), body, connects);
  }

  /**
   * The container that the task asks for. Throws IllegalArgumentException when it asks for none.
   */
  public static ContainerSpec containerOf(Task task) {
    ContainerSpec spec = task.spec().containerSpec();
    if (spec == null) {
      throw new IllegalArgumentException("task " + task.id() + " asks for no container");
    }
    return spec;
  }

  /** The image in the engine's short form. */
  public static String imageOf(ContainerSpec spec) {
    return ImageName.parse(text(spec.image())).familiar();
  }

  /** One is enough: it answers for all networks of the task. */
  private static String nameServer(List<TaskNetwork> networks) {
    return networks.stream()
        .map(TaskNetwork::nameServer)
        .filter(server -> !server.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static List<Connect> joinNetworks(
      JsonObject body, JsonObject hostConfig, List<TaskNetwork> networks, ApiVersion api) {
    if (networks.isEmpty()) {
      return List.of();
    }
    hostConfig.put("NetworkMode", networks.getFirst().engineName());
    JsonObject endpoints = new JsonObject();
    List<Connect> connects = new ArrayList<>();
    boolean severalAtCreation = api.atLeast(1, 44);
    for (TaskNetwork network : networks) {
      if (network.predefined() && networks.size() == 1) {
        continue; // its name as the mode says it all
      }
      JsonObject endpoint = new JsonObject();
      if (!network.predefined()) {
        endpoint.put("Aliases", new JsonArray(network.aliases())); // bridge knows none
      }
      if (network.address() != null) {
        String field = network.address().v6() ? "IPv6Address" : "IPv4Address";
        endpoint.put("IPAMConfig", new JsonObject().put(field, network.address().toString()));
      }
      if (!network.driverOptions().isEmpty()) {
        endpoint.put("DriverOpts", json(network.driverOptions()));
      }
      if (severalAtCreation || endpoints.isEmpty()) {
        endpoints.put(network.engineName(), endpoint);
      } else {
        connects.add(new Connect(network.engineName(), endpoint));
      }
    }
    if (!endpoints.isEmpty()) {
      body.put("NetworkingConfig", new JsonObject().put("EndpointsConfig", endpoints));
    }
    return connects;
  }

  private static JsonObject labels(Task task, ContainerSpec spec) {
    JsonObject labels = new JsonObject();
    new TreeMap<>(spec.labels()).forEach(labels::put);
    new TreeMap<>(task.labels()).forEach(labels::put);
    return labels
        .put(LABELS + "task", "")
        .put(TASK_LABEL, task.id())
        .put(LABELS + "task.name", task.name())
        .put(NODE_LABEL, task.nodeId())
        .put(LABELS + "service.id", task.serviceId())
        .put(LABELS + "service.name", task.serviceName());
  }

  private static JsonArray env(Task task, ContainerSpec spec, TemplateScope scope) {
    JsonArray env = new JsonArray();
    for (String line : spec.env()) {
      int value = line.indexOf('=') + 1;
      env.add(
          value == 0
              ? line
              : line.substring(0, value) + Template.expand(scope, line.substring(value)));
    }
    Map<String, List<String>> resources = new TreeMap<>();
    for (Resources.GenericResource resource : task.assignedGenericResources()) {
      Resources.Named named = resource.namedResourceSpec();
      Resources.Discrete discrete = resource.discreteResourceSpec();
      if (named != null) {
        resources
            .computeIfAbsent(text(named.kind()), k -> new ArrayList<>())
            .add(text(named.value()));
      } else if (discrete != null) {
        resources
            .computeIfAbsent(text(discrete.kind()), k -> new ArrayList<>())
            .add(String.valueOf(discrete.value()));
      }
    }
    resources.forEach((kind, values) ->
        env.add(
            "DOCKER_RESOURCE_" + kind.toUpperCase(Locale.ROOT) + "=" + String.join(",", values)));
    return env;
  }

  /** The published ports that this task's node answers by itself, outside the routing mesh. */
  public static List<ServiceSpec.PortConfig> hostPorts(Task task) {
    return ports(task).stream().filter(p -> !p.ingress()).toList();
  }

  /** The published ports that every node answers. */
  public static List<ServiceSpec.PortConfig> ingressPorts(Task task) {
    return ports(task).stream().filter(ServiceSpec.PortConfig::ingress).toList();
  }

  private static List<ServiceSpec.PortConfig> ports(Task task) {
    ServiceSpec.EndpointSpec endpoint = task.endpoint();
    return endpoint == null ? List.of() : endpoint.ports();
  }

  static String portKey(ServiceSpec.PortConfig port) {
    return port.targetPortOrZero() + "/" + port.protocolOrTcp();
  }

  static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  static boolean isTrue(@Nullable Boolean value) {
    return value != null && value;
  }

  static JsonObject json(Map<String, String> map) {
    JsonObject json = new JsonObject();
    new TreeMap<>(map).forEach(json::put);
    return json;
  }

  static void putText(JsonObject json, String key, String text) {
    if (!text.isEmpty()) {
      json.put(key, text);
    }
  }
}
