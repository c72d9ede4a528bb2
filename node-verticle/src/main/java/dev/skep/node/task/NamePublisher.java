package dev.skep.node.task;

import dev.skep.engine.Health;
import dev.skep.node.concurrent.Fibers;
import dev.skep.node.container.TaskNames;
import dev.skep.node.dns.LocalDns;
import dev.skep.node.dns.Member;
import dev.skep.node.dns.Member.NamedNetwork;
import dev.skep.node.dns.NameTable;
import dev.skep.node.step.Desired;
import dev.skep.node.step.Observed;
import dev.skep.node.step.Step;
import dev.skep.store.model.Network;
import dev.skep.store.model.Task;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.template.TemplateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Makes the table of names from this node's tasks, whenever one of them changes. On the agent's
 * context only. A change is published before the step that it causes is taken: nobody is led to a
 * task that is about to be stopped.
 */
public final class NamePublisher {
  private final Fibers fibers;
  private final LocalDns names;
  private final Provisions provisions;
  private final Map<String, ManagedTask> tasks = new LinkedHashMap<>();
  private boolean publishing;

  public NamePublisher(Fibers fibers, LocalDns names, Provisions provisions) {
    this.fibers = fibers;
    this.names = names;
    this.provisions = provisions;
  }

  /** Something about the task changed. */
  void note(ManagedTask managed) {
    Task task = managed.task();
    if (task == null || task.spec().networks().stream().noneMatch(this::hasNames)) {
      return;
    }
    tasks.put(managed.id(), managed);
    if (!publishing) {
      publishing = true;
      fibers.run(this::publish);
    }
  }

  /** Predefined networks have none of ours; what is not known yet may have. */
  private boolean hasNames(TaskSpec.NetworkAttachmentConfig wanted) {
    Network network = provisions.assignments().networks().get(String.valueOf(wanted.target()));
    return network == null || !network.predefined();
  }

  private void publish() {
    publishing = false;
    tasks.values().removeIf(k -> !k.assigned() && k.observed() instanceof Observed.Absent);
    List<Member> members = new ArrayList<>();
    tasks.values().forEach(managed -> members.addAll(members(managed)));
    names.publish(NameTable.of(members));
  }

  private List<Member> members(ManagedTask managed) {
    Task task = Objects.requireNonNull(managed.task());
    List<Member> members = new ArrayList<>();
    for (TaskSpec.NetworkAttachmentConfig wanted : task.spec().networks()) {
      Network network = provisions.assignments().networks().get(String.valueOf(wanted.target()));
      if (network == null || network.predefined()) {
        continue;
      }
      String address = address(managed, network.id());
      members.add(
          new Member(
              managed.id(),
              new NamedNetwork(
                  network.id(), network.name(), Boolean.TRUE.equals(network.spec().internal())),
              address,
              Set.copyOf(namesOf(task, wanted)),
              answers(managed),
              address.isEmpty() && arriving(managed),
              nameservers(task)));
    }
    return members;
  }

  /** The names by which a task is found on a network. None when an alias cannot be expanded. */
  private Set<String> namesOf(Task task, TaskSpec.NetworkAttachmentConfig wanted) {
    try {
      return TaskNames.on(wanted, task, provisions.node());
    } catch (TemplateException e) {
      return Set.of(); // the task is refused for it
    }
  }

  /**
   * Whether clients may be led to the task: it runs, no probe says otherwise, and it is not to
   * stop.
   */
  private static boolean answers(ManagedTask managed) {
    Desired desired = managed.desired();
    return !desired.removal()
        && !desired.shutdown()
        && !managed.state().ended()
        && managed.observed() instanceof Observed.Alive alive
        && (alive.health() == Health.NONE || alive.health() == Health.HEALTHY);
  }

  private static boolean arriving(ManagedTask managed) {
    return switch (managed.observed()) {
      case Observed.Alive _ -> true;
      case Observed.Created _ -> managed.next() instanceof Step.Start;
      case Observed.Absent _, Observed.Dead _ -> false;
    };
  }

  /** An address belongs to a task while its container runs; after that it may become another's. */
  private static String address(ManagedTask managed, String networkId) {
    if (!(managed.observed() instanceof Observed.Alive)) {
      return "";
    }
    return managed.networks().stream()
        .filter(at -> at.network() != null && at.network().id().equals(networkId))
        .flatMap(at -> at.addresses().stream())
        .filter(cidr -> cidr.indexOf(':') < 0)
        .map(cidr -> cidr.substring(0, cidr.indexOf('/')))
        .findFirst()
        .orElse("");
  }

  private static List<String> nameservers(Task task) {
    ContainerSpec spec = task.spec().containerSpec();
    ContainerSpec.DnsConfig dns = spec == null ? null : spec.dnsConfig();
    return dns == null ? List.of() : dns.nameservers();
  }
}
