package dev.skep.scheduler.allocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Samples;
import dev.skep.store.model.Task.NetworkAttachment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GivenAddressesTest {
  private static final NetworkDrivers MANAGED =
      new NetworkDrivers(Map.of("overlay", new NetworkDrivers.Capabilities(true, true)));

  private static final NetworkAttachment GIVEN =
      new NetworkAttachment(Samples.network("n", null), List.of("10.0.0.2/24"));
  private static final NetworkAttachment SAID =
      new NetworkAttachment(
          Samples.network("n", null)
              .withLastGiven(new dev.skep.store.model.Network.LastGiven(null, null)),
          List.of("10.0.0.9/24"));
  private static final NetworkAttachment LOCAL =
      new NetworkAttachment(null, List.of("172.17.0.2/16"));

  @Test
  void a_node_that_says_nothing_changes_nothing() {
    assertThat(GivenAddresses.kept(List.of(GIVEN), List.of(), MANAGED)).containsExactly(GIVEN);
    assertThat(GivenAddresses.kept(List.of(LOCAL), List.of(), NetworkDrivers.LOCAL))
        .containsExactly(LOCAL);
  }

  @Test
  void what_the_manager_gave_stays_whatever_the_node_says() {
    assertThat(GivenAddresses.kept(List.of(GIVEN), List.of(LOCAL, SAID), MANAGED))
        .containsExactly(LOCAL, GIVEN);
    assertThat(GivenAddresses.kept(List.of(GIVEN), List.of(LOCAL), MANAGED))
        .containsExactly(LOCAL, GIVEN);
  }

  @Test
  void the_engines_own_addresses_are_what_the_node_says() {
    assertThat(GivenAddresses.kept(List.of(GIVEN), List.of(SAID), NetworkDrivers.LOCAL))
        .containsExactly(SAID);
  }
}
