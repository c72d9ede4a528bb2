package dev.skep.scheduler.orchestrate;

import dev.skep.scheduler.allocate.AddressLedger;
import dev.skep.scheduler.allocate.Grant;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives one service and its tasks their addresses on the networks that leave these to the manager,
 * before the tasks are placed. A new task that has what it needs is allocated; another stays what
 * it is, says why, and is looked at again when something was given back.
 */
final class Allocating {
  private static final String DNSRR = "dnsrr";

  /** In the place of words for the one who waits: the next pass goes on at once. */
  private static final String PLAN_FULL = "the plan is full";

  private final Plan plan;
  private final String serviceId;
  private final Gateways gateways;

  /** Why no task of the service can be allocated; absent when nothing is in their way. */
  private @Nullable String serviceRefusal;

  /** Whether the plan had no room for a network that lacks something. */
  private boolean cutShort;

  Allocating(Plan plan, String serviceId, Gateways gateways) {
    this.plan = plan;
    this.serviceId = serviceId;
    this.gateways = gateways;
  }

  // ------------------------------------------------------------------ the service

  /**
   * The service with one virtual address on each of its networks; without any when its clients are
   * to choose among the tasks' own (dnsrr). Those that it has stay.
   */
  Service addresses(Service service) {
    Endpoint endpoint = service.endpoint();
    if (plan.drivers().local() || endpoint == null) {
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
    if (cutShort) {
      plan.unfinished(serviceId);
    } else if (serviceRefusal != null) {
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
        : plan.networks().managed(service.spec().taskTemplate());
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

  /**
   * Allocates the new tasks, as many as the plan has room for. A task that is further, and that
   * lacks an address since its networks' addresses come from the manager, gets one too.
   */
  void allocate(List<Slot> slots) {
    for (Slot slot : slots) {
      for (int i = 0; i < slot.tasks().size(); i++) {
        if (cutShort) {
          plan.unfinished(serviceId);
          return;
        }
        Task task = slot.tasks().get(i);
        if (!Slot.wanted(task) || PlacementCheck.assigned(task)) {
          continue;
        }
        List<Network> lacking = plan.networks().lacking(task);
        if (task.state() != TaskState.NEW && lacking.isEmpty()) {
          continue;
        }
        if (!plan.changes(task.id()) && plan.room(task) == 0) {
          plan.unfinished(serviceId);
          return;
        }
        allocate(slot, task, lacking);
      }
    }
  }

  private void allocate(Slot slot, Task task, List<Network> lacking) {
    String refusal = refusal(lacking);
    if (cutShort) {
      plan.unfinished(serviceId);
      return;
    }
    if (refusal != null) {
      plan.waiting(serviceId);
    }
    Task next = refusal == null ? allocated(task, lacking) : refused(task, refusal);
    if (!next.equals(task)) {
      slot.put(plan, next);
    }
  }

  /** The task with an address on each of the networks, which have one. */
  private Task allocated(Task task, List<Network> lacking) {
    List<NetworkAttachment> attachments = new ArrayList<>(task.networksAttachments());
    for (Network network : lacking) {
      // There is one: the ledger was asked before.
      attachments.add(plan.ledger().attach(network.id()).orElseThrow());
    }
    if (!lacking.isEmpty()) {
      // A gateway that was given meanwhile would have the same address.
      plan.relyOn(Kind.NODE);
    }
    TaskStatus status =
        task.state() == TaskState.NEW
            ? TaskStatus.of(plan.now(), TaskState.ALLOCATED, "allocated")
            : task.status();
    return task.with(t -> t.networksAttachments(attachments).status(status));
  }

  private Task refused(Task task, String why) {
    return Objects.equals(OneLine.of(why), task.status().err())
        ? task
        : task.withStatus(
            TaskStatus.of(plan.now(), task.state(), "waiting for an address").withErr(why));
  }

  /** Why a task cannot have an address on each of the networks; absent when it can. */
  private @Nullable String refusal(List<Network> networks) {
    if (serviceRefusal != null && !networks.isEmpty()) {
      return serviceRefusal;
    }
    for (Network network : networks) {
      String refusal = complete(network);
      if (refusal == null) {
        refusal = plan.ledger().refusesTask(network.id());
        if (refusal != null) {
          gateways.takeBackIdle(network.id());
        }
      }
      if (refusal != null) {
        return refusal;
      }
    }
    return null;
  }

  // ------------------------------------------------------------------ networks

  /** Sees to it that the network has a subnet; why it has none, or nothing when it has. */
  private @Nullable String complete(Network network) {
    AddressLedger ledger = plan.ledger();
    Network known = plan.networks().find(network.id()).orElse(network);
    if (!ledger.isComplete(known) && plan.full()) {
      cutShort = true;
      return PLAN_FULL;
    }
    return switch (ledger.complete(known)) {
      case Grant.Refused<Network>(String why) -> why;
      case Grant.Given<Network>(Network complete) -> {
        if (!complete.equals(known)) {
          plan.update(complete);
          plan.relyOn(Kind.NETWORK);
          plan.networks().cluster().ifPresent(this::follow);
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
}
