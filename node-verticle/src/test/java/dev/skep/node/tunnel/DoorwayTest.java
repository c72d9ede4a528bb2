package dev.skep.node.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoorwayTest {
  private final Doorway doorway = new Doorway();

  private EmbeddedChannel waiting() {
    EmbeddedChannel peer = new EmbeddedChannel();
    doorway.waits(peer);
    return peer;
  }

  @Test
  void the_oldest_that_waits_gives_way() {
    List<EmbeddedChannel> peers = new ArrayList<>();
    for (int i = 0; i < Doorway.MAX_WAITING; i++) {
      peers.add(waiting());
    }
    assertThat(peers).allMatch(EmbeddedChannel::isOpen);
    waiting();
    assertThat(peers.get(0).isOpen()).isFalse();
    assertThat(peers.get(1).isOpen()).isTrue();
  }

  @Test
  void who_is_in_or_gone_waits_no_more() {
    EmbeddedChannel in = waiting();
    assertThat(doorway.enters(in)).isTrue();
    assertThat(waiting().close().isSuccess()).isTrue();
    EmbeddedChannel oldest = waiting();
    for (int i = 1; i < Doorway.MAX_WAITING; i++) {
      waiting();
    }
    assertThat(oldest.isOpen()).isTrue();
    waiting();
    assertThat(oldest.isOpen()).isFalse();
    assertThat(in.isOpen()).isTrue();
  }

  @Test
  void only_so_many_are_in_and_each_that_goes_makes_room() {
    List<EmbeddedChannel> peers = new ArrayList<>();
    for (int i = 0; i < Doorway.MAX_IN; i++) {
      EmbeddedChannel peer = waiting();
      assertThat(doorway.enters(peer)).isTrue();
      peers.add(peer);
    }
    assertThat(doorway.enters(waiting())).isFalse();
    assertThat(peers.get(7).close().isSuccess()).isTrue();
    assertThat(doorway.enters(waiting())).isTrue();
    assertThat(doorway.enters(waiting())).isFalse();
  }
}
