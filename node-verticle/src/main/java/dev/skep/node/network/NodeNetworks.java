package dev.skep.node.network;

import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.concurrent.KeyedSequence;
import dev.skep.node.dns.LocalDns;
import dev.skep.store.net.IpAddress;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The swarm's networks on this node: each is made when its first task needs it and removed when its
 * last task is gone. What that takes is the {@link NetworkDriver}'s; this counts the users and
 * keeps what happens to one network in order.
 *
 * <p>On each network this node answers the names of services, where the driver has an address for
 * that. Where it has none, or the address is taken, the engine answers as well as it can: it knows
 * no health.
 *
 * <p>Called on the agent's context only.
 */
public final class NodeNetworks {
  private static final Logger LOG = LoggerFactory.getLogger(NodeNetworks.class);

  /** How often an address is tried again that containers rely on and that somebody else holds. */
  private static final Duration LISTEN_RETRY = Duration.ofSeconds(5);

  private final NetworkDriver driver;
  private final DnsListeners dns;
  private final Fibers fibers;
  private final KeyedSequence sequence;
  private final NetworkUsers users = new NetworkUsers();

  /** Networks that were asked for, as they came out, by id. */
  private final Map<String, Future<LocalNetwork>> made = new HashMap<>();

  /** Networks of an earlier life that are being looked at. */
  private final Set<String> repairing = new HashSet<>();

  public NodeNetworks(NetworkDriver driver, LocalDns dns, Fibers fibers) {
    this.driver = driver;
    this.dns = new DnsListeners(dns);
    this.fibers = fibers;
    this.sequence = new KeyedSequence(fibers);
  }

  /**
   * A task's place on a network.
   *
   * @param nameServer the address at which this node answers names there; empty when it does not
   */
  public record Place(Attachment attachment, String nameServer) {}

  /** The engine's name for a swarm network on this node. */
  public String engineName(String networkId) {
    return driver.engineName(networkId);
  }

  /**
   * Notes that the task uses the network, and waits until a container can be made on it. Throws
   * what the driver says when that cannot be.
   *
   * @param address that the task is to have there; null for any
   */
  public Place join(NetworkRequest wanted, String taskId, @Nullable IpAddress address) {
    String id = wanted.id();
    boolean first = users.add(id, taskId);
    Future<LocalNetwork> ready = made.get(id);
    if (first || ready == null || ready.failed() || (ready.succeeded() && dns.at(id).isEmpty())) {
      ready = sequence.then(id, () -> make(wanted));
      made.put(id, ready);
    }
    LocalNetwork network = ready.await();
    Attachment attachment =
        sequence.then(id, () -> driver.attach(network, taskId, address)).await();
    return new Place(attachment, dns.at(id).map(IpAddress::toString).orElse(""));
  }

  private LocalNetwork make(NetworkRequest wanted) {
    LocalNetwork network = driver.create(wanted);
    dns.listen(network);
    return network;
  }

  /**
   * Notes that the task's container, found at start, is on the network.
   *
   * @param wanted absent when the leader does not know the network any more: it was removed while
   *     the task stops, and goes with its last container
   */
  public void adopt(String id, @Nullable NetworkRequest wanted, String taskId) {
    users.add(id, taskId);
    if (wanted != null && !made.containsKey(id) && repairing.add(id)) {
      fibers.run(() -> repair(wanted));
    }
  }

  /** Containers of an earlier life ask for names here, so this does not give up. */
  private void repair(NetworkRequest wanted) {
    String id = wanted.id();
    try {
      while (users.uses(id) && dns.at(id).isEmpty() && repaired(wanted)) {
        if (dns.at(id).isEmpty()) {
          fibers.pause(LISTEN_RETRY);
        }
      }
    } finally {
      repairing.remove(id);
    }
  }

  /** Whether another try could make more of it. */
  private boolean repaired(NetworkRequest wanted) {
    try {
      Optional<LocalNetwork> found =
          sequence.then(wanted.id(), () -> driver.repair(wanted)).await();
      found.ifPresent(there -> made.putIfAbsent(wanted.id(), Future.succeededFuture(there)));
      return found.filter(dns::listen).isPresent();
    } catch (EngineException | EngineUnavailableException | NetworkException e) {
      LOG.atDebug()
          .addKeyValue("network", wanted.id())
          .addKeyValue("cause", e.getMessage())
          .log("cannot look at a local network");
      return true;
    }
  }

  /** Notes that the task's container is gone; networks that only it used are removed. */
  public void release(String taskId) {
    for (String id : users.release(taskId)) {
      leave(id, taskId);
    }
  }

  private void leave(String networkId, String taskId) {
    sequence.then(
        networkId,
        () -> {
          driver.detach(networkId, taskId);
          return true;
        });
    if (!users.uses(networkId)) {
      removeUnused(networkId);
    }
  }

  /** Removes this node's networks that nobody uses: leftovers of an earlier run. */
  public void sweep() {
    driver.present().stream().filter(id -> !users.uses(id)).forEach(this::removeUnused);
  }

  /** Removes all of this node's networks; their containers must be gone. */
  public void removeAll() {
    users.clear();
    dns.closeAll();
    driver.present().forEach(driver::remove);
  }

  private void removeUnused(String networkId) {
    sequence.then(
        networkId,
        () -> {
          if (!users.uses(networkId)) {
            remove(networkId);
          }
          return true;
        });
  }

  private void remove(String networkId) {
    made.remove(networkId);
    dns.close(networkId);
    try {
      driver.remove(networkId);
      LOG.atInfo()
          .addKeyValue("network", networkId)
          .log("removed the local network of a swarm network: nobody uses it");
    } catch (EngineException | EngineUnavailableException | NetworkException e) {
      LOG.atWarn()
          .addKeyValue("network", networkId)
          .addKeyValue("cause", e.getMessage())
          .log("cannot remove a local network");
    }
  }
}
