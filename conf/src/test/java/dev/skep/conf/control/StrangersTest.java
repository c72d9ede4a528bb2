package dev.skep.conf.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StrangersTest {
  private final Strangers<String> strangers = new Strangers<>(3, 6);

  @Test
  void the_oldest_of_an_address_makes_room_for_its_next() {
    enter("a1", "192.0.2.1");
    enter("b1", "192.0.2.2");
    enter("a2", "192.0.2.1");
    enter("a3", "192.0.2.1");

    assertThat(enter("a4", "192.0.2.1")).isEqualTo("a1");
    assertThat(enter("a5", "192.0.2.1")).isEqualTo("a2");
    assertThat(strangers.size()).isEqualTo(4);
  }

  @Test
  void when_all_places_are_taken_the_address_with_most_gives_one() {
    enter("b1", "192.0.2.2");
    for (String one : new String[] {"a1", "a2", "a3"}) {
      enter(one, "192.0.2.1");
    }
    enter("c1", "192.0.2.3");
    enter("c2", "192.0.2.3");

    assertThat(enter("d1", "192.0.2.4")).isEqualTo("a1");
  }

  @Test
  void who_is_known_leaves_his_place() {
    enter("a1", "192.0.2.1");
    enter("a2", "192.0.2.1");
    enter("a3", "192.0.2.1");

    assertThat(strangers.leave("a2")).isTrue();
    assertThat(strangers.leave("a2")).isFalse();

    assertThat(enter("a4", "192.0.2.1")).isNull();
    assertThat(enter("a5", "192.0.2.1")).isEqualTo("a1");
  }

  @Test
  void a_network_of_ipv6_addresses_counts_as_one_host() {
    enter("a1", "2001:db8::1");
    enter("a2", "2001:db8::2");
    enter("a3", "2001:db8::ffff:3");
    enter("b1", "2001:db8:0:1::1");

    assertThat(enter("a4", "2001:db8::4")).isEqualTo("a1");
  }

  private @Nullable String enter(String connection, String address) {
    return strangers.enter(connection, InetAddress.ofLiteral(address));
  }
}
