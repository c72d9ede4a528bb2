package dev.skep.scheduler.allocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Samples;
import dev.skep.store.model.Network;
import dev.skep.store.model.Task.NetworkAttachment;
import dev.skep.store.model.spec.Driver;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GivenAddressesTest {
  private static final NetworkDrivers MANAGED =
      new NetworkDrivers(Map.of("overlay", new NetworkDrivers.Capabilities(true, true)));

  private static final NetworkAttachment GIVEN = on(Samples.network("n", null), "10.0.0.2/24");
  private static final NetworkAttachment SAID =
      on(Samples.network("n", null).withDriverState(new Driver("bridge", Map.of())), "10.0.0.9/24");
  private static final NetworkAttachment OTHER = on(Samples.network("m", null), "10.0.0.2/24");
  private static final NetworkAttachment BRIDGE =
      on(
          Samples.network("b", null).withDriverState(new Driver("bridge", Map.of())),
          "172.18.0.2/16");
  private static final NetworkAttachment UNKNOWN =
      new NetworkAttachment(null, List.of("172.17.0.2/16"));

  private static NetworkAttachment on(Network network, String address) {
    return new NetworkAttachment(network, List.of(address));
  }

  @Test
  void a_node_that_says_nothing_changes_nothing() {
    assertThat(GivenAddresses.kept(List.of(GIVEN), List.of(), MANAGED)).containsExactly(GIVEN);
    assertThat(GivenAddresses.kept(List.of(UNKNOWN), List.of(), NetworkDrivers.LOCAL))
        .containsExactly(UNKNOWN);
  }

  @Test
  void what_the_manager_gave_stays_whatever_the_node_says() {
    assertThat(GivenAddresses.kept(List.of(GIVEN), List.of(BRIDGE, SAID, SAID), MANAGED))
        .containsExactly(BRIDGE, GIVEN);
    assertThat(GivenAddresses.kept(List.of(GIVEN), List.of(BRIDGE), MANAGED))
        .containsExactly(BRIDGE, GIVEN);
  }

  @Test
  void a_network_that_the_node_does_not_know_is_one_of_those_that_the_manager_knows() {
    assertThat(GivenAddresses.kept(List.of(GIVEN), List.of(UNKNOWN), MANAGED))
        .containsExactly(GIVEN);
    assertThat(GivenAddresses.kept(List.of(), List.of(UNKNOWN), MANAGED)).containsExactly(UNKNOWN);
  }

  @Test
  void a_node_gives_itself_no_address_of_a_managed_network() {
    assertThat(GivenAddresses.kept(List.of(GIVEN), List.of(OTHER, GIVEN), MANAGED))
        .containsExactly(GIVEN);
    assertThat(GivenAddresses.kept(List.of(), List.of(OTHER), MANAGED)).isEmpty();
  }

  @Test
  void the_engines_own_addresses_are_what_the_node_says() {
    assertThat(GivenAddresses.kept(List.of(GIVEN), List.of(SAID), NetworkDrivers.LOCAL))
        .containsExactly(SAID);
  }
}
