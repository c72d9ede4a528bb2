package dev.skep.scheduler.orchestrate;

import dev.skep.scheduler.allocate.AddressLedger;
import dev.skep.scheduler.allocate.Grant;
import dev.skep.scheduler.allocate.NetworkDrivers;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.Endpoint;
import dev.skep.store.model.Service.VirtualIp;
import dev.skep.store.model.Task;
import dev.skep.store.model.Task.NetworkAttachment;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.json.OneLine;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.model.spec.TaskSpec.NetworkAttachmentConfig;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives one service and its new tasks their addresses on the networks that leave these to the
 * manager. A task that has what it needs is allocated; another stays new, says why, and is looked
 * at again when something was given back.
 */
final class Allocating {
  private static final String DNSRR = "dnsrr";

  private final Plan plan;
  private final String serviceId;
  private final NetworkDrivers drivers;

  /** Why no task of the service can be allocated; absent when nothing is in their way. */
  private @Nullable String serviceRefusal;

  Allocating(Plan plan, String serviceId) {
    this.plan = plan;
    this.serviceId = serviceId;
    this.drivers = plan.drivers();
  }

  // ------------------------------------------------------------------ the service

  /**
   * The service with one virtual address on each of its networks; without any when its clients are
   * to choose among the tasks' own (dnsrr). Those that it has stay.
   */
  Service addresses(Service service) {
    Endpoint endpoint = service.endpoint();
    if (drivers.local() || endpoint == null) {
      return service;
    }
    List<VirtualIp> virtuals = new ArrayList<>();
    boolean chose = false;
    for (Network network : virtualNetworks(service)) {
      VirtualIp had = on(network, endpoint);
      if (had != null) {
        virtuals.add(had);
        continue;
      }
      switch (virtualAddress(network)) {
        case Grant.Given<String>(String address) -> {
          virtuals.add(new VirtualIp(network.id(), address));
          chose = true;
        }
        case Grant.Refused<String>(String why) -> serviceRefusal = why;
      }
    }
    if (serviceRefusal != null) {
      plan.waiting(serviceId);
    }
    if (virtuals.equals(endpoint.virtualIps())) {
      return service;
    }
    Service allocated = service.withEndpoint(endpoint.withVirtualIps(virtuals));
    plan.update(allocated);
    if (chose) {
      plan.relyOn(Kind.SERVICE);
    }
    follow(virtualNetworks(service));
    plan.because(
        new DecisionReason(
            "virtual addresses allocated",
            service.name(),
            null,
            null,
            0,
            virtuals.isEmpty()
                ? "none"
                : String.join(", ", virtuals.stream().map(VirtualIp::addr).toList())));
    return allocated;
  }

  private List<Network> virtualNetworks(Service service) {
    EndpointSpec asked = service.spec().endpointSpec();
    return asked != null && DNSRR.equals(asked.mode())
        ? List.of()
        : managed(service.spec().taskTemplate());
  }

  private static @Nullable VirtualIp on(Network network, Endpoint endpoint) {
    for (VirtualIp virtual : endpoint.virtualIps()) {
      if (virtual.networkId().equals(network.id())) {
        return virtual;
      }
    }
    return null;
  }

  private Grant<String> virtualAddress(Network network) {
    String refusal = complete(network);
    return refusal == null
        ? plan.ledger().virtualAddress(network.id())
        : new Grant.Refused<>(refusal);
  }

  // ------------------------------------------------------------------ its tasks

  /** Allocates the new tasks, as many as the plan has room for. */
  void allocate(List<Slot> slots) {
    for (Slot slot : slots) {
      for (int i = 0; i < slot.tasks().size(); i++) {
        Task task = slot.tasks().get(i);
        if (task.state() != TaskState.NEW || !Slot.wanted(task)) {
          continue;
        }
        if (!plan.changes(task.id()) && plan.room(task) == 0) {
          plan.unfinished(serviceId);
          return;
        }
        Task next = allocated(task);
        if (next.state() == TaskState.NEW) {
          plan.waiting(serviceId);
        }
        if (!next.equals(task)) {
          slot.put(plan, next);
        }
      }
    }
  }

  /** The task with its addresses, or with the reason why it has none. */
  private Task allocated(Task task) {
    List<Network> networks = drivers.local() ? List.of() : managed(task.spec());
    String refusal = networks.isEmpty() ? null : refusal(networks);
    if (refusal != null) {
      return refused(task, refusal);
    }
    List<NetworkAttachment> attachments = new ArrayList<>();
    for (Network network : networks) {
      // There is one: the ledger was asked before.
      attachments.add(plan.ledger().attach(network.id()).orElseThrow());
    }
    if (!attachments.isEmpty()) {
      plan.relyOn(Kind.TASK);
      follow(networks);
    }
    return task.with(t ->
        t.networksAttachments(attachments)
            .status(TaskStatus.of(plan.now(), TaskState.ALLOCATED, "allocated")));
  }

  private Task refused(Task task, String why) {
    return Objects.equals(OneLine.of(why), task.status().err())
        ? task
        : task.withStatus(
            TaskStatus.of(plan.now(), TaskState.NEW, "waiting for an address").withErr(why));
  }

  /** Why a task cannot have an address on each of the networks; absent when it can. */
  private @Nullable String refusal(List<Network> networks) {
    if (serviceRefusal != null) {
      return serviceRefusal;
    }
    for (Network network : networks) {
      String refusal = complete(network);
      if (refusal == null) {
        refusal = plan.ledger().refusesTask(network.id());
        if (refusal != null) {
          new Gateways(plan, serviceId).takeBackIdle(network.id());
        }
      }
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  // ------------------------------------------------------------------ networks

  /** The networks that a task joins and that leave the addresses to the manager, each once. */
  private List<Network> managed(TaskSpec spec) {
    return managed(spec, plan);
  }

  static List<Network> managed(TaskSpec spec, Plan plan) {
    Set<String> ids = new LinkedHashSet<>();
    for (NetworkAttachmentConfig joined : spec.networks()) {
      if (joined.target() != null) {
        ids.add(joined.target());
      }
    }
    List<Network> managed = new ArrayList<>();
    for (String id : ids) {
      plan.network(id).filter(plan.drivers()::manages).ifPresent(managed::add);
    }
    return managed;
  }

  /** Sees to it that the network has a subnet; why it has none, or nothing when it has. */
  private @Nullable String complete(Network network) {
    AddressLedger ledger = plan.ledger();
    Network known = plan.network(network.id()).orElse(network);
    return switch (ledger.complete(known)) {
      case Grant.Refused<Network>(String why) -> why;
      case Grant.Given<Network>(Network complete) -> {
        if (!complete.equals(known)) {
          plan.update(complete);
          plan.relyOn(Kind.NETWORK);
          plan.cluster().ifPresent(this::follow);
          plan.because(
              new DecisionReason("network allocated", null, null, null, 0, describe(complete)));
        }
        yield null;
      }
    };
  }

  private static String describe(Network network) {
    List<String> subnets =
        network.ipamOptions() == null
            ? List.of()
            : network.ipamOptions().configs().stream()
                .map(pool -> String.valueOf(pool.subnet()))
                .toList();
    return network.name() + ": " + String.join(", ", subnets);
  }

  private void follow(Cluster cluster) {
    Cluster next = plan.ledger().follow(cluster);
    if (!next.equals(cluster)) {
      plan.update(next);
    }
  }

  /** Stores what was given last, so that the next pass goes on after it. */
  private void follow(List<Network> networks) {
    networks.forEach(network -> follow(network.id(), plan));
  }

  static void follow(String networkId, Plan plan) {
    Network known = plan.network(networkId).orElse(null);
    if (known != null) {
      Network next = plan.ledger().follow(known);
      if (!next.equals(known)) {
        plan.update(next);
      }
    }
  }
}
