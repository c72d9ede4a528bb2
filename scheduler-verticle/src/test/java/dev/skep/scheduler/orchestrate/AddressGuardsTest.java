package dev.skep.scheduler.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.scheduler.allocate.Ipam;
import dev.skep.scheduler.place.Fleet;
import dev.skep.store.model.Node.Gateway;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Limits;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * A commit that seemed lost went through after all. What was decided meanwhile, of the snapshot
 * before it, must give nothing to a second holder: it is refused, and decided again.
 */
class AddressGuardsTest {
  private static final ServiceSpec ONE =
      Samples.on(Samples.spec("web", 1), "n")
          .withEndpointSpec(new EndpointSpec("dnsrr", List.of()));

  private static Transaction decided(ClusterState state, Consumer<Plan> decide) {
    Plan plan =
        new Plan(
            state,
            Fleet.of(state),
            Samples.T0,
            new SplittableRandom(1),
            100,
            Limits.NONE,
            new Ipam(AllocatingTest.MANAGED, () -> 0));
    decide.accept(plan);
    Transaction transaction = plan.transaction(1);
    assertThat(transaction.isEmpty()).isFalse();
    return new Transaction(transaction.at(), transaction.ops(), null);
  }

  private static Consumer<Plan> about(String serviceId) {
    return plan -> new Orchestrator(plan).decide(serviceId);
  }

  private static void takeBack(Plan plan) {
    new Gateways(plan, "nobody").takeBackIdle("n");
  }

  private static void expectSecondRefused(
      Harness harness, Consumer<Plan> first, Consumer<Plan> second) {
    ClusterState state = harness.state();
    Transaction late = decided(state, second);
    assertThat(state.apply(late, state.index() + 1).changes()).as("it goes through").isNotEmpty();
    ClusterState after = state.apply(decided(state, first), state.index() + 1).state();
    assertThatThrownBy(() -> after.apply(late, after.index() + 1))
        .isInstanceOf(StoreException.class);
  }

  /** A network with its subnet, and a node that has a gateway there but no task any more. */
  private static Harness idleGateway() {
    Harness harness = Harness.withNodes(1).drivers(AllocatingTest.MANAGED);
    harness.create(Samples.network("n", null));
    harness.create(Samples.service("gone", ONE.withName("gone"))).settle();
    harness.delete(harness.service("gone")).settle();
    assertThat(harness.state().node("n1").orElseThrow().gateways())
        .containsExactly(new Gateway("n", "10.0.0.3/24"));
    return harness;
  }

  @Test
  void a_task_does_not_rely_on_a_gateway_that_was_taken_back() {
    Harness harness = idleGateway().create(Samples.service("b", ONE));
    expectSecondRefused(harness, AddressGuardsTest::takeBack, about("b"));
  }

  @Test
  void nor_does_one_that_has_its_address_already() {
    Harness harness = idleGateway().availability("n1", NodeSpec.PAUSE);
    harness.create(Samples.service("b", ONE)).pass().availability("n1", NodeSpec.ACTIVE);
    expectSecondRefused(harness, AddressGuardsTest::takeBack, about("b"));
  }

  @Test
  void a_gateway_is_not_taken_back_from_a_task_that_came() {
    Harness harness = idleGateway().create(Samples.service("b", ONE));
    expectSecondRefused(harness, about("b"), AddressGuardsTest::takeBack);
  }

  @Test
  void an_address_of_a_task_is_not_given_to_a_node_or_another_task() {
    Harness harness = idleGateway().create(Samples.node("n2"));
    harness.create(Samples.service("a", ONE)).create(Samples.service("b", ONE.withName("b")));
    expectSecondRefused(harness, about("a"), about("b"));
    expectSecondRefused(harness, about("b"), about("a"));
  }

  @Test
  void a_virtual_address_is_not_given_to_another_service() {
    Harness harness = idleGateway();
    ServiceSpec none = Samples.on(Samples.spec("a", 0), "n");
    harness.create(Samples.service("a", none));
    harness.create(Samples.service("b", none.withName("b")));
    expectSecondRefused(harness, about("a"), about("b"));
  }

  @Test
  void a_subnet_is_not_given_to_another_network() {
    Harness harness = idleGateway();
    harness.create(Samples.network("m1", null)).create(Samples.network("m2", null));
    harness.create(Samples.service("a", Samples.on(Samples.spec("a", 0), "m1")));
    harness.create(Samples.service("b", Samples.on(Samples.spec("b", 0), "m2")));
    expectSecondRefused(harness, about("a"), about("b"));
  }
}
