package dev.skep.scheduler.allocate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.Endpoint;
import dev.skep.store.model.Service.PortError;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EndpointsTest {
  private static PortConfig port(int target, @Nullable Integer published) {
    return new PortConfig(null, "tcp", target, published, "ingress");
  }

  private static ServiceSpec publishing(String name, PortConfig... ports) {
    return Samples.spec(name, 0).withEndpointSpec(new EndpointSpec("vip", List.of(ports)));
  }

  private static Harness create(Harness harness, ServiceSpec spec) {
    return harness.create(Samples.service("id-" + spec.name(), spec)).pass();
  }

  private static List<Integer> published(Service service) {
    Endpoint endpoint = service.endpoint();
    return endpoint == null
        ? List.of()
        : endpoint.ports().stream().map(PortConfig::publishedPortOrZero).toList();
  }

  @Test
  void a_service_without_ports_has_an_empty_endpoint() {
    Harness harness = create(Harness.withNodes(1), Samples.spec("web", 0));
    assertThat(harness.service("id-web").endpoint())
        .isEqualTo(new Endpoint(EndpointSpec.NONE, List.of(), List.of()));
  }

  @Test
  void a_named_port_stays_and_a_free_one_is_chosen_where_none_is_named() {
    Harness harness = create(Harness.withNodes(1), publishing("a", port(80, 30_000)));
    create(harness, publishing("b", port(80, 8080), port(81, null), port(82, 0)));
    assertThat(published(harness.service("id-a"))).containsExactly(30_000);
    assertThat(published(harness.service("id-b"))).containsExactly(8080, 30_001, 30_002);
    Endpoint endpoint = Objects.requireNonNull(harness.service("id-b").endpoint());
    assertThat(endpoint.spec()).isEqualTo(harness.service("id-b").spec().endpointSpec());
  }

  @Test
  void host_mode_ports_are_the_engines_to_choose() {
    PortConfig host = new PortConfig(null, "tcp", 80, null, "host");
    Harness harness = create(Harness.withNodes(1), publishing("a", host));
    assertThat(published(harness.service("id-a"))).containsExactly(0);
  }

  @Test
  void a_chosen_port_survives_updates_and_is_free_again_after_removal() {
    Harness harness = create(Harness.withNodes(1), publishing("a", port(80, null)));
    create(harness, publishing("b", port(80, null)));
    harness.delete(harness.service("id-a")).pass();
    harness
        .spec(
            "id-b",
            spec ->
                spec.withEndpointSpec(
                    new EndpointSpec("vip", List.of(port(80, null), port(90, null)))))
        .pass();
    assertThat(published(harness.service("id-b"))).containsExactly(30_001, 30_000);
  }

  @Test
  void errors_of_ports_that_are_published_no_more_are_dropped() {
    Harness harness = create(Harness.withNodes(1), publishing("a", port(80, 8080)));
    Service service = harness.service("id-a");
    harness.update(service.withPortErrors(List.of(new PortError("n1", 8080, "tcp", "in use"))));
    harness
        .spec(
            "id-a", spec -> spec.withEndpointSpec(new EndpointSpec("vip", List.of(port(80, 8081)))))
        .pass();
    assertThat(harness.service("id-a").portErrors()).isEmpty();
  }

  /** A service that names all ports that are given out but so many. */
  private static ServiceSpec allBut(int free) {
    int count = Endpoints.LAST_PORT - Endpoints.FIRST_PORT + 1 - free;
    PortConfig[] taken = new PortConfig[count];
    for (int i = 0; i < count; i++) {
      taken[i] = port(80, Endpoints.FIRST_PORT + i);
    }
    return publishing("a", taken);
  }

  @Test
  void a_port_of_which_there_are_several_keeps_its_number_when_one_of_them_has_none() {
    Harness harness = create(Harness.withNodes(1), allBut(2));
    create(harness, publishing("b", port(80, null), port(80, null), port(80, null)));
    Service before = harness.service("id-b");
    assertThat(published(before)).containsExactly(32_766, 32_767, 0);
    harness.pass();
    assertThat(harness.service("id-b")).isEqualTo(before);
    harness
        .spec(
            "id-b",
            spec ->
                spec.withEndpointSpec(
                    new EndpointSpec("vip", List.of(port(80, null), port(80, null)))))
        .pass();
    assertThat(published(harness.service("id-b"))).containsExactly(32_766, 32_767);
  }

  @Test
  void a_port_that_is_put_in_front_takes_no_other_s_number() {
    Harness harness = create(Harness.withNodes(1), allBut(1));
    create(harness, publishing("b", port(81, null)));
    harness
        .spec(
            "id-b",
            spec ->
                spec.withEndpointSpec(
                    new EndpointSpec("vip", List.of(port(80, null), port(81, null)))))
        .pass();
    assertThat(published(harness.service("id-b"))).containsExactly(0, 32_767);
    harness.delete(harness.service("id-a")).pass();
    assertThat(published(harness.service("id-b"))).containsExactly(30_000, 32_767);
  }

  @Test
  void no_port_is_published_when_all_are_taken_and_the_service_says_so_until_one_is_free() {
    Harness harness = create(Harness.withNodes(1), allBut(0));
    create(harness, publishing("b", port(80, null)));
    assertThat(published(harness.service("id-b"))).containsExactly(0);
    assertThat(harness.service("id-b").portErrors())
        .containsExactly(
            new PortError(
                "",
                0,
                "tcp",
                "no port from 30000 to 32767 is free for target port 80/tcp; name another one,"
                    + " or remove a service that publishes one of them"));
    assertThat(harness.waiting()).containsExactly("id-b");
    harness.delete(harness.service("id-a")).pass();
    assertThat(published(harness.service("id-b"))).containsExactly(30_000);
    assertThat(harness.service("id-b").portErrors()).isEmpty();
    assertThat(harness.waiting()).isEmpty();
  }
}
