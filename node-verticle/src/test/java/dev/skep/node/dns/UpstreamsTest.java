package dev.skep.node.dns;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UpstreamsTest {
  @Test
  void reads_the_servers_of_a_resolv_conf_in_order() {
    assertThat(
            Upstreams.parse(
                """
                # nameserver 1.1.1.1
                ; nameserver 2.2.2.2
                search corp.example
                nameserver 127.0.0.53
                  nameserver\t10.0.0.2   # the second
                nameserver
                nameserver fd00::53
                options ndots:1
                """))
        .containsExactly("127.0.0.53", "10.0.0.2", "fd00::53");
    assertThat(Upstreams.parse("")).isEmpty();
  }
}
