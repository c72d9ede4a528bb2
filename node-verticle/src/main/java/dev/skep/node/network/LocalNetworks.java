package dev.skep.node.network;

import dev.skep.engine.Engine;
import dev.skep.engine.NetworkDetails;
import dev.skep.engine.http.ApiVersion;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.dns.DnsEndpoint;
import dev.skep.node.dns.LocalDns;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.spec.Driver;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one local bridge network for each swarm network that a task of this node uses: made when
 * first needed, removed when its last user is gone.
 *
 * <p>At the gateway of each, this node answers the names of services ({@link LocalDns}). Where that
 * address cannot be had, the engine does, as well as it can: it knows no health.
 *
 * <p>Called on one context only. Everything that happens to one network happens in order.
 */
public final class LocalNetworks {
  private static final Logger LOG = LoggerFactory.getLogger(LocalNetworks.class);

  /** On every network that Skep makes: the swarm network it stands for. */
  public static final String NETWORK_LABEL = Network.ENGINE_LABEL;

  /** On every network that Skep makes: the node it belongs to. */
  public static final String NODE_LABEL = Node.ENGINE_LABEL;

  /** How often an address is tried again that containers rely on and that somebody else holds. */
  private static final Duration LISTEN_RETRY = Duration.ofSeconds(5);

  private final Engine engine;
  private final Fibers fibers;
  private final String nodeId;
  private final LocalDns names;

  /** Who uses which network, by the network's id. */
  private final Map<String, Set<String>> users = new HashMap<>();

  /** The last thing that was begun with each network. */
  private final Map<String, Future<Void>> last = new HashMap<>();

  /** Where this node answers names, by the network's id. */
  private final Map<String, String> nameServers = new HashMap<>();

  public LocalNetworks(Engine engine, Fibers fibers, String nodeId, LocalDns names) {
    this.engine = engine;
    this.fibers = fibers;
    this.nodeId = nodeId;
    this.names = names;
  }

  /**
   * The engine's name for a swarm network on this node: several nodes may share an engine, so it
   * carries both ids.
   */
  public static String engineName(String networkId, String nodeId) {
    return "skep-" + networkId + "-" + nodeId;
  }

  /**
   * Notes that the task uses the network, and waits until the engine has it. Throws what the engine
   * says when it cannot make it.
   *
   * @return the address at which this node answers names on it; empty when it cannot
   */
  public String use(Network network, String taskId) {
    Set<String> tasks = users.computeIfAbsent(network.id(), id -> new HashSet<>());
    Future<Void> ready = last.get(network.id());
    if (tasks.isEmpty()
        || ready == null
        || ready.failed()
        || (ready.succeeded() && !nameServers.containsKey(network.id()))) {
      ready = next(network.id(), () -> ensure(network));
    }
    tasks.add(taskId);
    ready.await();
    return nameServers.getOrDefault(network.id(), "");
  }

  /** Notes that the task's container, found at start, is on the network. */
  public void adopt(String networkId, String taskId) {
    users.computeIfAbsent(networkId, id -> new HashSet<>()).add(taskId);
    if (!last.containsKey(networkId)) {
      next(networkId, () -> {});
      fibers.run(() -> listenAgain(networkId));
    }
  }

  /** Containers of an earlier life ask at the gateway, so this does not give up. */
  private void listenAgain(String networkId) {
    while (users.containsKey(networkId) && !nameServers.containsKey(networkId)) {
      try {
        if (!listen(networkId, engine.inspectNetwork(engineName(networkId, nodeId)).await())) {
          return;
        }
      } catch (EngineException | EngineUnavailableException e) {
        LOG.atDebug()
            .addKeyValue("network", networkId)
            .addKeyValue("cause", e.getMessage())
            .log("cannot look at a local network");
      }
      if (!nameServers.containsKey(networkId)) {
        fibers.pause(LISTEN_RETRY);
      }
    }
  }

  /**
   * Answers names at the network's gateway, if the address is to be had.
   *
   * @return whether trying again could help
   */
  private boolean listen(String networkId, NetworkDetails details) {
    String subnet = details.subnets().stream().filter(s -> s.contains(".")).findFirst().orElse("");
    String gateway = details.gateway().isEmpty() ? Subnets.first(subnet) : details.gateway();
    if (gateway.isEmpty() || subnet.isEmpty() || (details.internal() && keepsNamesInside())) {
      return false;
    }
    try {
      names.listen(new DnsEndpoint(networkId, gateway, subnet)).await();
      nameServers.put(networkId, gateway);
    } catch (CancellationException e) {
      throw e;
    } catch (Exception e) { // await throws what the future failed with, checked or not
      LOG.atWarn()
          .addKeyValue("network", networkId)
          .addKeyValue("address", gateway + ":53")
          .addKeyValue("cause", e.getMessage())
          .log(
              "cannot answer the names of services on a network, so the engine will, with tasks that"
                  + " are still starting too; free the port (is another DNS server on 0.0.0.0:53?)");
    }
    return true;
  }

  /** Engines 23.0 to 26.1 hand on no question from internal networks (moby 47538). */
  private boolean keepsNamesInside() {
    ApiVersion api = engine.apiVersion().await();
    return api.atLeast(1, 42) && !api.atLeast(1, 46);
  }

  /** Notes that the task's container is gone; networks that only it used are removed. */
  public void release(String taskId) {
    for (Map.Entry<String, Set<String>> entry : Map.copyOf(users).entrySet()) {
      if (entry.getValue().remove(taskId) && entry.getValue().isEmpty()) {
        users.remove(entry.getKey());
        removeUnused(entry.getKey());
      }
    }
  }

  /** Removes this node's networks that nobody uses: leftovers of an earlier run. */
  public void sweep() {
    for (NetworkDetails network : engine.listNetworks(List.of(NODE_LABEL + "=" + nodeId)).await()) {
      String id = network.labels().getOrDefault(NETWORK_LABEL, "");
      if (!id.isEmpty() && !users.containsKey(id)) {
        removeUnused(id);
      }
    }
  }

  /** Removes all of this node's networks; their containers must be gone. */
  public void removeAll() {
    users.clear();
    Set.copyOf(nameServers.keySet()).forEach(this::silence);
    for (NetworkDetails network : engine.listNetworks(List.of(NODE_LABEL + "=" + nodeId)).await()) {
      remove(network.id());
    }
  }

  private void removeUnused(String networkId) {
    next(
        networkId,
        () -> {
          if (users.containsKey(networkId)) {
            return;
          }
          silence(networkId);
          try {
            remove(engineName(networkId, nodeId));
            LOG.atInfo()
                .addKeyValue("network", networkId)
                .log("removed the local network of a swarm network: nobody uses it");
          } catch (EngineException | EngineUnavailableException e) {
            LOG.atWarn()
                .addKeyValue("network", networkId)
                .addKeyValue("cause", e.getMessage())
                .log("cannot remove a local network");
          }
        });
  }

  private void silence(String networkId) {
    nameServers.remove(networkId);
    names.close(networkId).await();
  }

  /** Does something with a network after all that was begun with it before. */
  private Future<Void> next(String networkId, Runnable action) {
    Future<Void> before = last.getOrDefault(networkId, Future.succeededFuture());
    Future<Void> done =
        fibers.start(() -> {
          before.otherwiseEmpty().await();
          action.run();
          return null;
        });
    last.put(networkId, done);
    return done;
  }

  private void remove(String idOrName) {
    try {
      engine.removeNetwork(idOrName).await();
    } catch (EngineException e) {
      if (!e.notFound()) {
        throw e;
      }
    }
  }

  private void ensure(Network network) {
    String name = engineName(network.id(), nodeId);
    NetworkDetails details;
    try {
      details = engine.inspectNetwork(name).await();
    } catch (EngineException e) {
      if (!e.notFound()) {
        throw e;
      }
      create(network, name);
      details = engine.inspectNetwork(name).await();
    }
    listen(network.id(), details);
  }

  private void create(Network network, String name) {
    try {
      engine.createNetwork(body(network, name, List.of())).await();
    } catch (EngineException e) {
      if (e.conflict()) {
        return; // made meanwhile, by this node's own earlier run
      }
      if (!String.valueOf(e.getMessage()).contains("address pool")) {
        throw e;
      }
      engine.createNetwork(body(network, name, List.of(freeSubnet()))).await();
    }
    LOG.atInfo()
        .addKeyValue("network", network.id())
        .addKeyValue("name", name)
        .log("made a local network for a swarm network");
  }

  /** The engine's own pools hold some thirty networks; after that Skep chooses. */
  private String freeSubnet() {
    List<String> used = new ArrayList<>();
    engine.listNetworks(List.of()).await().forEach(n -> used.addAll(n.subnets()));
    return Subnets.free(used);
  }

  private JsonObject body(Network network, String name, List<String> subnets) {
    JsonObject labels = new JsonObject();
    network.spec().labels().forEach(labels::put);
    labels
        .put(NETWORK_LABEL, network.id())
        .put(NODE_LABEL, nodeId)
        .put("dev.skep.network.name", network.name());
    JsonObject body =
        new JsonObject()
            .put("Name", name)
            .put("CheckDuplicate", true)
            .put("Driver", "bridge")
            .put("Internal", Boolean.TRUE.equals(network.spec().internal()))
            .put("Labels", labels);
    Driver driver = network.spec().driverConfiguration();
    JsonObject options = new JsonObject();
    if (driver != null) {
      driver
          .options()
          .forEach((key, value) -> {
            if (key.equals("com.docker.network.driver.mtu")) {
              options.put(key, value);
            }
          });
    }
    body.put("Options", options);
    if (!subnets.isEmpty()) {
      JsonArray config = new JsonArray();
      subnets.forEach(subnet -> config.add(new JsonObject().put("Subnet", subnet)));
      body.put("IPAM", new JsonObject().put("Config", config));
    }
    return body;
  }
}
