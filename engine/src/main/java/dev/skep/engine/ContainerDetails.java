package dev.skep.engine;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One container, inspected.
 *
 * @param pid of its first process on the host; 0 when it does not run
 * @param error why the engine could not start it, or empty
 * @param probed whether its health is checked once it runs
 * @param probeOutput what the last health probe printed, or empty
 * @param stopSignal the container's or its image's; empty for the engine's default
 * @param endpoints by the engine's network name
 * @param ports published on the host
 */
public record ContainerDetails(
    String id,
    String name,
    Map<String, String> labels,
    ContainerPhase phase,
    int pid,
    int exitCode,
    boolean oomKilled,
    String error,
    Health health,
    boolean probed,
    String probeOutput,
    boolean tty,
    String stopSignal,
    Map<String, Endpoint> endpoints,
    List<Port> ports) {
  /**
   * The container's place on a network.
   *
   * @param address IPv4 in CIDR form such as 10.0.3.2/24, or empty when it has none (host network,
   *     stopped container)
   */
  public record Endpoint(String networkId, String address, String address6) {}

  /** A container port that the engine published on the host. */
  public record Port(int target, String protocol, int published) {}

  public ContainerDetails {
    labels = Map.copyOf(labels);
    endpoints = Map.copyOf(endpoints);
    ports = List.copyOf(ports);
  }

  static ContainerDetails from(JsonObject json) {
    JsonObject state = json.getJsonObject("State");
    JsonObject config = json.getJsonObject("Config", new JsonObject());
    JsonObject health = state.getJsonObject("Health", new JsonObject());
    JsonObject settings = json.getJsonObject("NetworkSettings", new JsonObject());
    return new ContainerDetails(
        json.getString("Id"),
        json.getString("Name", "/").substring(1),
        ContainerSummary.texts(config.getJsonObject("Labels")),
        ContainerPhase.parse(state.getString("Status")),
        state.getInteger("Pid", 0),
        state.getInteger("ExitCode", 0),
        state.getBoolean("OOMKilled", false),
        state.getString("Error", ""),
        Health.parse(health.getString("Status", "")),
        probed(config.getJsonObject("Healthcheck")),
        lastOutput(health.getJsonArray("Log")),
        config.getBoolean("Tty", false),
        config.getString("StopSignal", ""),
        endpoints(settings.getJsonObject("Networks")),
        ports(settings.getJsonObject("Ports")));
  }

  /** A container carries its image's check where its own spec says none. */
  private static boolean probed(@org.jspecify.annotations.Nullable JsonObject healthcheck) {
    JsonArray test = healthcheck == null ? null : healthcheck.getJsonArray("Test", new JsonArray());
    return test != null && !test.isEmpty() && !"NONE".equals(test.getString(0));
  }

  private static String lastOutput(@org.jspecify.annotations.Nullable JsonArray log) {
    return log == null || log.isEmpty()
        ? ""
        : log.getJsonObject(log.size() - 1).getString("Output", "").strip();
  }

  private static Map<String, Endpoint> endpoints(
      @org.jspecify.annotations.Nullable JsonObject networks) {
    Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    if (networks != null) {
      for (Map.Entry<String, Object> e : networks) {
        if (e.getValue() instanceof JsonObject n) {
          endpoints.put(
              e.getKey(),
              new Endpoint(
                  n.getString("NetworkID", ""),
                  cidr(n.getString("IPAddress", ""), n.getInteger("IPPrefixLen", 0)),
                  cidr(
                      n.getString("GlobalIPv6Address", ""),
                      n.getInteger("GlobalIPv6PrefixLen", 0))));
        }
      }
    }
    return endpoints;
  }

  private static String cidr(String address, int prefixLength) {
    return address.isEmpty() ? "" : address + "/" + prefixLength;
  }

  /** Each once: the engine tells those of IPv4 and IPv6 apart. */
  private static List<Port> ports(@org.jspecify.annotations.Nullable JsonObject json) {
    List<Port> ports = new ArrayList<>();
    if (json != null) {
      for (Map.Entry<String, Object> e : json) {
        int slash = e.getKey().indexOf('/');
        if (slash > 0 && e.getValue() instanceof JsonArray bindings) {
          for (int i = 0; i < bindings.size(); i++) {
            ports.add(
                new Port(
                    Integer.parseInt(e.getKey().substring(0, slash)),
                    e.getKey().substring(slash + 1),
                    Integer.parseInt(bindings.getJsonObject(i).getString("HostPort", "0"))));
          }
        }
      }
    }
    return ports.stream().distinct().toList();
  }
}
