package dev.skep.ingress.socket;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConnectionLimitTest {
  @Test
  void clients_leave_some_room_to_other_nodes() {
    ConnectionLimit limit = ConnectionLimit.within(1_000); // 375 connections
    ConnectionLimit.Permits clients = limit.forClients();
    ConnectionLimit.Permits nodes = limit.forNodes();
    int came = 0;
    for (; clients.available(); came++) {
      clients.acquire();
    }
    assertThat(came).isEqualTo(281);
    assertThat(nodes.available()).isTrue();
    for (; nodes.available(); came++) {
      nodes.acquire();
    }
    assertThat(came).isEqualTo(375);
    nodes.release();
    assertThat(nodes.available()).isTrue();
    assertThat(clients.available()).as("clients have theirs").isFalse();
    clients.release();
    assertThat(clients.available()).isTrue();
  }

  @Test
  void there_is_always_room_for_one_of_each() {
    ConnectionLimit limit = ConnectionLimit.within(1);
    limit.forClients().acquire();
    assertThat(limit.forClients().available()).isFalse();
    assertThat(limit.forNodes().available()).isTrue();
  }
}
