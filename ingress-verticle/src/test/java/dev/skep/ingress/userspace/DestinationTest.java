package dev.skep.ingress.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.ingress.Target;
import dev.skep.store.net.HostPort;
import org.junit.jupiter.api.Test;

class DestinationTest {
  private static final HostPort CONTAINER = HostPort.parse("172.17.0.2:80");
  private static final HostPort MESH = HostPort.parse("127.0.0.3:7946");

  @Test
  void what_has_no_usable_address_gets_no_traffic() {
    assertThat(Destination.of(new Target("t", "me", true, 80, "net", null, MESH))).isNull();
    assertThat(Destination.of(new Target("t", "other", false, 80, "net", CONTAINER, null)))
        .isNull();
  }

  @Test
  void own_tasks_are_reached_at_their_containers_and_others_through_their_nodes() {
    assertThat(Destination.of(new Target("t", "me", true, 80, "net", CONTAINER, MESH)))
        .isEqualTo(new Destination("t", 80, CONTAINER.socketAddress(), false));
    assertThat(Destination.of(new Target("t", "other", false, 80, "net", CONTAINER, MESH)))
        .isEqualTo(new Destination("t", 80, MESH.socketAddress(), true));
  }
}
