package dev.skep.scheduler.orchestrate;

import dev.skep.scheduler.allocate.AddressLedger;
import dev.skep.scheduler.allocate.Ipam;
import dev.skep.scheduler.allocate.NetworkDrivers;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Network;
import dev.skep.store.model.Task;
import dev.skep.store.model.json.Json;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.NetworkAttachmentConfig;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Plan} says of networks: those that change, the cluster that they are cut from, and
 * who has which addresses on them. {@code Plan} counts what is put here. Not thread-safe.
 */
final class NetworkPlan {
  /** A task's place on a network in JSON, beside the network, which may yet be given a subnet. */
  private static final long ATTACHMENT_BYTES = 300;

  private final ClusterState base;
  private final Ipam ipam;
  private final Map<String, Network> changed = new TreeMap<>();

  /** What a task on each network carries of it, in bytes. */
  private final Map<String, Long> lengths = new HashMap<>();

  private @Nullable Cluster cluster;
  private @Nullable AddressLedger ledger;

  NetworkPlan(ClusterState base, Ipam ipam) {
    this.base = base;
    this.ipam = ipam;
  }

  NetworkDrivers drivers() {
    return ipam.drivers();
  }

  /** Who has which addresses; made when it is first asked for. */
  AddressLedger ledger() {
    AddressLedger present = ledger;
    if (present == null) {
      present = ipam.ledger(base);
      ledger = present;
    }
    return present;
  }

  /** Whether a decision looked at who has which addresses. */
  boolean ledgerUsed() {
    return ledger != null;
  }

  /** The plan was committed: so is what was given. */
  void committed() {
    if (ledger != null) {
      ipam.committed(ledger);
    }
  }

  // ------------------------------------------------------------------ reading

  Optional<Network> find(String id) {
    Network network = changed.get(id);
    return network != null ? Optional.of(network) : base.network(id);
  }

  Optional<Cluster> cluster() {
    return cluster != null ? Optional.of(cluster) : base.cluster();
  }

  /** The networks that a task joins and that leave the addresses to the manager, each once. */
  List<Network> managed(TaskSpec spec) {
    if (drivers().local() || spec.networks().isEmpty()) {
      return List.of();
    }
    Set<String> ids = new LinkedHashSet<>();
    for (NetworkAttachmentConfig joined : spec.networks()) {
      if (joined.target() != null) {
        ids.add(joined.target());
      }
    }
    List<Network> managed = new ArrayList<>();
    for (String id : ids) {
      find(id).filter(drivers()::manages).ifPresent(managed::add);
    }
    return managed;
  }

  /** Those of them on which the task has no address. */
  List<Network> lacking(Task task) {
    List<Network> lacking = managed(task.spec());
    return lacking.isEmpty() || task.networksAttachments().isEmpty()
        ? lacking
        : lacking.stream().filter(network -> !attached(task, network)).toList();
  }

  private static boolean attached(Task task, Network network) {
    return task.networksAttachments().stream()
        .anyMatch(a -> a.network() != null && a.network().id().equals(network.id()));
  }

  /** About what tasks of the spec take in a transaction for their places on networks, each. */
  long attachmentBytes(TaskSpec spec) {
    long bytes = 0;
    if (!drivers().local()) {
      for (NetworkAttachmentConfig joined : spec.networks()) {
        bytes += joined.target() == null ? 0 : length(joined.target());
      }
    }
    return bytes;
  }

  /** It stays what it was when it was first asked for: what is counted is counted back. */
  private long length(String networkId) {
    return lengths.computeIfAbsent(
        networkId,
        id -> find(id).map(network -> ATTACHMENT_BYTES + Json.storedLength(network)).orElse(0L));
  }

  // ------------------------------------------------------------------ changes

  /** The network that this one replaces in the plan; absent when it had none. */
  @Nullable Network put(Network network) {
    return changed.put(network.id(), network);
  }

  /** As for a network. */
  @Nullable Cluster put(Cluster next) {
    Cluster before = cluster;
    cluster = next;
    return before;
  }

  /** How many objects change here. */
  int size() {
    return changed.size() + (cluster == null ? 0 : 1);
  }

  void addTo(Transaction.Builder transaction) {
    if (cluster != null) {
      transaction.update(cluster);
    }
    changed.values().forEach(transaction::update);
  }
}
