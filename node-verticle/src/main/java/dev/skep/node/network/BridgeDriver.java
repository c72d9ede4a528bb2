package dev.skep.node.network;

import dev.skep.engine.Engine;
import dev.skep.engine.NetworkDetails;
import dev.skep.engine.http.ApiVersion;
import dev.skep.engine.http.EngineException;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bridge network of the local engine for each swarm network: containers of this node reach each
 * other on it, and nobody else does. The engine gives out the addresses unless the manager did.
 */
public final class BridgeDriver implements NetworkDriver {
  private static final Logger LOG = LoggerFactory.getLogger(BridgeDriver.class);

  private static final String NAME_LABEL = "dev.skep.network.name";
  private static final String MTU_OPTION = "com.docker.network.driver.mtu";

  private final Engine engine;
  private final String nodeId;

  public BridgeDriver(Engine engine, String nodeId) {
    this.engine = engine;
    this.nodeId = nodeId;
  }

  /** Several nodes may share an engine, so the name carries both ids. */
  @Override
  public String engineName(String networkId) {
    return "skep-" + networkId + "-" + nodeId;
  }

  @Override
  public LocalNetwork create(NetworkRequest wanted) {
    Optional<NetworkDetails> there = find(wanted.id());
    if (there.isEmpty()) {
      make(wanted);
      there = Optional.of(engine.inspectNetwork(engineName(wanted.id())).await());
    }
    return seen(wanted, there.get());
  }

  @Override
  public Attachment attach(LocalNetwork network, String taskId, @Nullable IpAddress address) {
    Subnet subnet = network.subnet();
    if (address != null && (subnet == null || !subnet.contains(address))) {
      throw new NetworkException(
          "task %s cannot have the address %s on network %s, whose subnet here is %s"
              .formatted(taskId, address, network.networkId(), subnet));
    }
    return new Attachment(network.engineName(), address);
  }

  /** Nothing: the engine takes a container that it removes off its networks. */
  @Override
  public void detach(String networkId, String taskId) {}

  @Override
  public void remove(String networkId) {
    try {
      engine.removeNetwork(engineName(networkId)).await();
    } catch (EngineException e) {
      if (!e.notFound()) {
        throw e;
      }
    }
  }

  /** Nothing of a bridge breaks while containers are on it: the engine keeps it. */
  @Override
  public Optional<LocalNetwork> repair(NetworkRequest wanted) {
    return find(wanted.id()).map(there -> seen(wanted, there));
  }

  @Override
  public Set<String> present() {
    Set<String> ids = new LinkedHashSet<>();
    for (NetworkDetails network :
        engine.listNetworks(List.of(Node.ENGINE_LABEL + "=" + nodeId)).await()) {
      String id = network.labels().getOrDefault(Network.ENGINE_LABEL, "");
      if (!id.isEmpty()) {
        ids.add(id);
      }
    }
    return ids;
  }

  private Optional<NetworkDetails> find(String networkId) {
    try {
      return Optional.of(engine.inspectNetwork(engineName(networkId)).await());
    } catch (EngineException e) {
      if (!e.notFound()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private LocalNetwork seen(NetworkRequest wanted, NetworkDetails details) {
    Subnet subnet = subnets(details).filter(s -> !s.first().v6()).findFirst().orElse(null);
    NetworkRequest.Addressing given = wanted.addressing();
    if (given != null && !given.subnet().equals(subnet)) {
      throw new NetworkException(
          ("network %s has the subnet %s on this node and is to have %s:"
                  + " it can change once no container is on it")
              .formatted(wanted.network().name(), subnet, given.subnet()));
    }
    return new LocalNetwork(wanted.id(), details.name(), subnet, dnsAddress(details, subnet));
  }

  private @Nullable IpAddress dnsAddress(NetworkDetails details, @Nullable Subnet subnet) {
    if (subnet == null || (details.internal() && keepsNamesInside())) {
      return null;
    }
    // An engine that was given a subnet alone takes its first address, and does not tell.
    return IpAddress.find(details.gateway())
        .or(() -> subnet.size() > 1 ? Optional.of(subnet.address(1)) : Optional.empty())
        .filter(subnet::contains)
        .orElse(null);
  }

  /** Engines 23.0 to 26.1 hand on no question from internal networks (moby 47538). */
  private boolean keepsNamesInside() {
    ApiVersion api = engine.apiVersion().await();
    return api.atLeast(1, 42) && !api.atLeast(1, 46);
  }

  private void make(NetworkRequest wanted) {
    NetworkRequest.Addressing given = wanted.addressing();
    JsonObject pool =
        given == null
            ? null
            : new JsonObject()
                .put("Subnet", given.subnet().toString())
                .put("Gateway", given.gateway().toString());
    try {
      engine.createNetwork(body(wanted, pool)).await();
    } catch (EngineException e) {
      if (e.conflict()) {
        return; // made meanwhile, by this node's own earlier run
      }
      if (pool != null || !String.valueOf(e.getMessage()).contains("address pool")) {
        throw e;
      }
      JsonObject free = new JsonObject().put("Subnet", freeSubnet().toString());
      engine.createNetwork(body(wanted, free)).await();
    }
    LOG.atInfo()
        .addKeyValue("network", wanted.id())
        .addKeyValue("name", engineName(wanted.id()))
        .log("made a local network for a swarm network");
  }

  /** The engine's own pools hold some thirty networks; after that Skep chooses. */
  private Subnet freeSubnet() {
    return FreeSubnet.beside(
        engine.listNetworks(List.of()).await().stream().flatMap(BridgeDriver::subnets).toList());
  }

  private static java.util.stream.Stream<Subnet> subnets(NetworkDetails details) {
    return details.subnets().stream().flatMap(text -> Subnet.find(text).stream());
  }

  private JsonObject body(NetworkRequest wanted, @Nullable JsonObject pool) {
    Network network = wanted.network();
    JsonObject labels = new JsonObject();
    network.spec().labels().forEach(labels::put);
    labels
        .put(Network.ENGINE_LABEL, network.id())
        .put(Node.ENGINE_LABEL, nodeId)
        .put(NAME_LABEL, network.name());
    JsonObject options = new JsonObject();
    Driver driver = network.spec().driverConfiguration();
    if (driver != null && driver.options().containsKey(MTU_OPTION)) {
      options.put(MTU_OPTION, driver.options().get(MTU_OPTION));
    }
    JsonObject body =
        new JsonObject()
            .put("Name", engineName(network.id()))
            .put("CheckDuplicate", true)
            .put("Driver", "bridge")
            .put("Internal", wanted.internal())
            .put("Labels", labels)
            .put("Options", options);
    if (pool != null) {
      body.put("IPAM", new JsonObject().put("Config", new JsonArray().add(pool)));
    }
    return body;
  }
}
