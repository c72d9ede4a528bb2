package dev.skep.gateway.network;

import dev.skep.store.model.Network;
import dev.skep.store.model.Network.IpamConfig;
import dev.skep.store.model.Network.IpamOptions;
import dev.skep.store.model.spec.Driver;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A network of swarm scope in the shape of the /networks endpoints. */
final class NetworkView {
  private NetworkView() {}

  /**
   * @param containers of this host that are attached, by id; absent when none can be
   */
  static JsonObject of(Network network, @Nullable JsonObject containers) {
    return new JsonObject()
        .put("Name", network.name())
        .put("Id", network.id())
        .put("Created", DateTimeFormatter.ISO_INSTANT.format(network.createdAt()))
        .put("Scope", "swarm")
        .put("Driver", driver(network))
        .put("EnableIPv6", isTrue(network.spec().ipv6Enabled()))
        .put("IPAM", ipam(NetworkRules.ipamOf(network)))
        .put("Internal", isTrue(network.spec().internal()))
        .put("Attachable", isTrue(network.spec().attachable()))
        .put("Ingress", isTrue(network.spec().ingress()))
        .put("ConfigFrom", new JsonObject().put("Network", ""))
        .put("ConfigOnly", false)
        .put("Containers", containers)
        .put("Options", options(network))
        .put("Labels", json(network.spec().labels()));
  }

  static String driver(Network network) {
    String allocated = name(network.driverState());
    return allocated.isEmpty() ? name(network.spec().driverConfiguration()) : allocated;
  }

  private static String name(@Nullable Driver driver) {
    return driver == null || driver.name() == null ? "" : driver.name();
  }

  private static @Nullable JsonObject options(Network network) {
    Driver asked = network.spec().driverConfiguration();
    JsonObject options = json(asked == null ? Map.of() : asked.options());
    if (network.driverState() != null) {
      network.driverState().options().forEach(options::put);
    }
    return options.isEmpty() ? null : options;
  }

  private static JsonObject ipam(@Nullable IpamOptions ipam) {
    JsonArray pools = new JsonArray();
    if (ipam != null) {
      ipam.configs().forEach(pool -> pools.add(pool(pool)));
    }
    return new JsonObject()
        .put("Driver", ipam == null ? "" : name(ipam.driver()))
        .put("Options", ipamOptions(ipam))
        .put("Config", pools);
  }

  /** The user's; null without any, as in Swarm. */
  private static @Nullable JsonObject ipamOptions(@Nullable IpamOptions ipam) {
    Driver driver = ipam == null ? null : ipam.driver();
    return driver == null || driver.options().isEmpty() ? null : json(driver.options());
  }

  private static JsonObject pool(IpamConfig pool) {
    JsonObject json = new JsonObject();
    put(json, "Subnet", pool.subnet());
    put(json, "IPRange", pool.range());
    put(json, "Gateway", pool.gateway());
    if (!pool.auxAddress().isEmpty()) {
      json.put("AuxiliaryAddresses", json(pool.auxAddress()));
    }
    return json;
  }

  private static void put(JsonObject json, String key, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      json.put(key, value);
    }
  }

  private static JsonObject json(Map<String, String> map) {
    JsonObject json = new JsonObject();
    map.forEach(json::put);
    return json;
  }

  private static boolean isTrue(@Nullable Boolean value) {
    return Boolean.TRUE.equals(value);
  }
}
