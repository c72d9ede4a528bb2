package dev.skep.node.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.ContainerDetails.Port;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundPortsTest {
  private static PortConfig asked(int target, int published) {
    return new PortConfig(null, "tcp", target, published == 0 ? null : published, "host");
  }

  private static List<Integer> published(List<PortConfig> asked, int... bound) {
    List<Port> ports = IntStream.of(bound).mapToObj(port -> new Port(80, "tcp", port)).toList();
    return BoundPorts.of(asked, ports).stream().map(PortConfig::publishedPortOrZero).toList();
  }

  @Test
  void tells_each_port_of_one_target_once() {
    List<PortConfig> asked = List.of(asked(80, 8081), asked(80, 8082));
    assertThat(published(asked, 8081, 8082)).containsExactly(8081, 8082);
    assertThat(published(asked, 8082, 8081)).containsExactly(8081, 8082);
  }

  @Test
  void gives_chosen_ports_to_who_asked_for_none() {
    List<PortConfig> asked = List.of(asked(80, 0), asked(80, 8081), asked(80, 0));
    assertThat(published(asked, 8081, 8081, 32768, 32768, 32769))
        .containsExactly(32768, 8081, 32769);
  }

  @Test
  void tells_what_is_bound_only() {
    assertThat(published(List.of(asked(80, 8081), asked(81, 8082)), 8081)).containsExactly(8081);
    assertThat(published(List.of(asked(80, 0)))).isEmpty();
  }
}
