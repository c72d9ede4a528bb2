package dev.skep.scheduler.leader;

import dev.skep.scheduler.Samples;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Service;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.state.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What users do with networks. In a world whose networks need nothing from the manager there are
 * none, and nothing is drawn for them: its histories stay what they are.
 */
final class SimNetworks {
  private static final int MOST = 3;

  /** A network of few addresses, on which not all services can have their tasks. */
  private static final String TIGHT = "tight";

  private static final String WIDE = "wide";

  private final Simulation world;
  private final SimUser user;
  private int made;

  SimNetworks(Simulation world, SimUser user) {
    this.world = world;
    this.user = user;
  }

  private boolean none() {
    return world.drivers().local();
  }

  void found() {
    if (!none()) {
      create(Samples.network(TIGHT, "10.99.0.0/28"));
      create(Samples.network(WIDE, null));
    }
  }

  private void create(Network network) {
    world.commit(Transaction.at(world.clock()).create(network).build());
  }

  /** The template, on some of the networks. */
  TaskSpec some(TaskSpec template) {
    if (none()) {
      return template;
    }
    List<String> some = new ArrayList<>();
    for (Network network : sorted()) {
      if (world.chance(0.5)) {
        some.add(network.id());
      }
    }
    return Samples.on(template, some.toArray(String[]::new));
  }

  /** The template, on a network with room for all. */
  TaskSpec healthy(TaskSpec template) {
    return none() ? template : Samples.on(template, WIDE);
  }

  private List<Network> sorted() {
    List<Network> all = new ArrayList<>(world.state().networks());
    all.sort(Comparator.comparing(Network::id));
    return all;
  }

  /** Now and then something happens to networks; whether it did. */
  boolean act() {
    if (none() || !world.chance(0.15)) {
      return false;
    }
    if (world.state().networks().size() < MOST) {
      made++;
      create(Samples.network("x" + made, null));
    } else if (world.chance(0.5)) {
      user.changeService(spec -> spec.withTaskTemplate(some(spec.taskTemplate())));
    } else {
      removeUnused();
    }
    return true;
  }

  private void removeUnused() {
    for (Network network : sorted()) {
      boolean own = network.id().equals(TIGHT) || network.id().equals(WIDE);
      if (!own && user.sorted().stream().noneMatch(service -> names(service, network))) {
        world.commit(
            Transaction.at(world.clock())
                .unchanged(Kind.SERVICE, world.state())
                .delete(network)
                .build());
      }
    }
  }

  private static boolean names(Service service, Network network) {
    return names(service.spec(), network)
        || (service.previousSpec() != null && names(service.previousSpec(), network));
  }

  private static boolean names(ServiceSpec spec, Network network) {
    return spec.taskTemplate().networks().stream()
        .anyMatch(joined -> network.id().equals(joined.target()));
  }
}
