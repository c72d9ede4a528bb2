package dev.skep.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlacesTest {
  @Test
  void clients_leave_some_places_to_other_nodes() {
    Places places = Places.within(1_000); // 375 places
    Places.Door clients = places.forClients();
    Places.Door nodes = places.forNodes();
    int came = 0;
    for (; clients.isOpen(); came++) {
      clients.enter();
    }
    assertThat(came).isEqualTo(281);
    assertThat(nodes.isOpen()).isTrue();
    for (; nodes.isOpen(); came++) {
      nodes.enter();
    }
    assertThat(came).isEqualTo(375);
    nodes.leave();
    assertThat(nodes.isOpen()).isTrue();
    assertThat(clients.isOpen()).as("clients have theirs").isFalse();
    clients.leave();
    assertThat(clients.isOpen()).isTrue();
  }

  @Test
  void there_is_always_room_for_one_of_each() {
    Places places = Places.within(1);
    places.forClients().enter();
    assertThat(places.forClients().isOpen()).isFalse();
    assertThat(places.forNodes().isOpen()).isTrue();
  }
}
