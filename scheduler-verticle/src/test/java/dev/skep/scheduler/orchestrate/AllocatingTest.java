package dev.skep.scheduler.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.scheduler.allocate.NetworkDrivers;
import dev.skep.scheduler.allocate.NetworkDrivers.Capabilities;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.Gateway;
import dev.skep.store.model.Service.VirtualIp;
import dev.skep.store.model.Task;
import dev.skep.store.model.Task.NetworkAttachment;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.net.Subnet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What tasks, services, nodes and networks are given before tasks are placed. */
class AllocatingTest {
  static final NetworkDrivers MANAGED =
      new NetworkDrivers(Map.of("overlay", new Capabilities(true, true)));

  private static Harness managed(int nodes) {
    return Harness.withNodes(nodes).drivers(MANAGED);
  }

  private static ServiceSpec spec(String name, long replicas, String... networks) {
    return Samples.on(Samples.spec(name, replicas), networks);
  }

  /** Of a service whose clients choose among the tasks' own addresses. */
  private static ServiceSpec dnsrr(String name, long replicas, String... networks) {
    return spec(name, replicas, networks).withEndpointSpec(new EndpointSpec("dnsrr", List.of()));
  }

  private static List<String> addresses(Harness harness, String service) {
    return harness.tasks().stream()
        .filter(task -> task.serviceId().equals(service) && !task.state().ended())
        .flatMap(task -> task.networksAttachments().stream())
        .flatMap(attachment -> attachment.addresses().stream())
        .sorted()
        .toList();
  }

  private static List<VirtualIp> virtual(Harness harness, String service) {
    return Objects.requireNonNull(harness.service(service).endpoint()).virtualIps();
  }

  private static Network network(Harness harness, String id) {
    return harness.state().network(id).orElseThrow();
  }

  private static String subnet(Harness harness, String id) {
    Network.IpamOptions ipam = network(harness, id).ipamOptions();
    return ipam == null ? "" : String.valueOf(ipam.configs().getFirst().subnet());
  }

  @Test
  void a_network_of_the_engines_own_addresses_gets_nothing_and_its_tasks_go_straight_to_a_node() {
    Harness harness = Harness.withNodes(1).create(Samples.network("n", null));
    harness.create(Samples.service("web", spec("web", 2, "n")));
    long before = harness.state().index();
    harness.pass();
    assertThat(harness.tasks())
        .hasSize(2)
        .allMatch(task -> task.state() == TaskState.ASSIGNED)
        .allMatch(task -> task.networksAttachments().isEmpty());
    assertThat(network(harness, "n").ipamOptions()).isNull();
    assertThat(network(harness, "n").driverState()).isNull();
    assertThat(virtual(harness, "web")).isEmpty();
    assertThat(harness.state().node("n1").orElseThrow().gateways()).isEmpty();
    assertThat(harness.state().index()).as("one commit").isEqualTo(before + 1);
  }

  @Test
  void tasks_service_node_and_network_get_what_they_need_in_one_commit() {
    Harness harness = managed(1).create(Samples.network("n", null));
    harness.create(Samples.service("web", spec("web", 2, "n")));
    long before = harness.state().index();
    harness.pass();
    assertThat(harness.state().index()).as("one commit").isEqualTo(before + 1);
    assertThat(subnet(harness, "n")).isEqualTo("10.0.0.0/24");
    assertThat(Objects.requireNonNull(network(harness, "n").driverState()).options())
        .containsEntry(Network.VXLAN_OPTION, "65536");
    assertThat(virtual(harness, "web")).containsExactly(new VirtualIp("n", "10.0.0.192/24"));
    assertThat(harness.tasks()).allMatch(task -> task.state() == TaskState.ASSIGNED);
    assertThat(addresses(harness, "web")).containsExactly("10.0.0.2/24", "10.0.0.3/24");
    assertThat(harness.state().node("n1").orElseThrow().gateways())
        .containsExactly(new Gateway("n", "10.0.0.4/24"));
    assertThat(harness.state().cluster().map(Cluster::lastGiven))
        .contains(new Cluster.LastGiven(Subnet.parse("10.0.0.0/24"), 65_536));
  }

  @Test
  void a_subnet_of_the_user_s_stays_and_what_is_set_aside_is_nobody_s() {
    Network asked = Samples.network("n", "10.9.0.0/28");
    Network.IpamConfig pool =
        new Network.IpamConfig("10.9.0.0/28", null, "10.9.0.2", Map.of("router", "10.9.0.4"));
    asked =
        asked.withSpec(asked.spec().withIpamOptions(new Network.IpamOptions(null, List.of(pool))));
    Harness harness = managed(1).create(asked);
    harness.create(Samples.service("web", dnsrr("web", 3, "n"))).pass();
    assertThat(subnet(harness, "n")).isEqualTo("10.9.0.0/28");
    assertThat(addresses(harness, "web"))
        .containsExactly("10.9.0.1/28", "10.9.0.3/28", "10.9.0.5/28");
  }

  @Test
  void networks_get_different_subnets_and_those_of_a_removed_one_rest() {
    Harness harness = managed(1);
    for (String id : List.of("a", "b")) {
      harness.create(Samples.network(id, null));
      harness.create(Samples.service("s-" + id, spec("s-" + id, 1, id))).pass();
    }
    assertThat(List.of(subnet(harness, "a"), subnet(harness, "b")))
        .containsExactly("10.0.0.0/24", "10.0.1.0/24");
    harness.delete(harness.service("s-b")).settle();
    harness.delete(network(harness, "b")).create(Samples.network("c", null));
    harness.create(Samples.service("s-c", spec("s-c", 1, "c"))).pass();
    assertThat(subnet(harness, "c")).isEqualTo("10.0.2.0/24");
    assertThat(Objects.requireNonNull(network(harness, "c").driverState()).options())
        .containsEntry(Network.VXLAN_OPTION, "65538");
  }

  @Test
  void a_service_without_a_balancer_has_no_virtual_address() {
    Harness harness = managed(1).create(Samples.network("n", null));
    harness.create(Samples.service("web", spec("web", 1, "n"))).pass();
    assertThat(virtual(harness, "web")).hasSize(1);
    harness.spec("web", spec -> spec.withEndpointSpec(new EndpointSpec("dnsrr", List.of()))).pass();
    assertThat(virtual(harness, "web")).isEmpty();
  }

  @Test
  void an_update_of_its_ports_leaves_a_service_its_virtual_address() {
    Harness harness = managed(1).create(Samples.network("n", null));
    harness.create(Samples.service("web", spec("web", 1, "n"))).pass();
    List<VirtualIp> before = virtual(harness, "web");
    harness
        .spec(
            "web",
            spec ->
                spec.withEndpointSpec(
                    new EndpointSpec(
                        "vip",
                        List.of(new ServiceSpec.PortConfig(null, "tcp", 80, 8080, "ingress")))))
        .pass();
    assertThat(virtual(harness, "web")).isEqualTo(before);
  }

  @Test
  void an_address_is_free_again_after_its_task_but_comes_after_all_others() {
    Harness harness = managed(1).create(Samples.network("n", "10.9.0.0/29"));
    harness.create(Samples.service("web", dnsrr("web", 1, "n"))).settle();
    List<String> had = new ArrayList<>(addresses(harness, "web"));
    for (int i = 0; i < 3; i++) {
      harness.report(harness.wanted().getFirst(), TaskState.FAILED);
      harness.after(Duration.ofMinutes(2)).settle();
      had.addAll(addresses(harness, "web"));
    }
    assertThat(had).containsExactly("10.9.0.2/29", "10.9.0.4/29", "10.9.0.5/29", "10.9.0.2/29");
  }

  @Test
  void a_task_without_an_address_stays_new_and_says_why_until_one_is_given_back() {
    Harness harness = managed(1).create(Samples.network("n", "10.9.0.0/29"));
    harness.create(Samples.service("a", dnsrr("a", 3, "n"))).settle();
    harness.create(Samples.service("b", dnsrr("b", 2, "n"))).settle();
    assertThat(addresses(harness, "a")).hasSize(3);
    assertThat(addresses(harness, "b")).isEmpty();
    assertThat(harness.tasks().stream().filter(task -> task.serviceId().equals("b")))
        .hasSize(2)
        .allMatch(task -> task.state() == TaskState.NEW && task.nodeId().isEmpty())
        .extracting(task -> String.valueOf(task.status().err()))
        .containsOnly("no address is free on network net-n (10.9.0.0/29)");
    assertThat(harness.waiting()).containsExactly("b");
    harness.delete(harness.service("a")).settle();
    assertThat(harness.tasks())
        .hasSize(2)
        .allMatch(task -> task.state() == TaskState.RUNNING && task.status().err() == null);
    assertThat(addresses(harness, "b")).doesNotHaveDuplicates().hasSize(2);
    assertThat(harness.waiting()).isEmpty();
  }

  @Test
  void some_addresses_are_kept_for_the_nodes_or_no_task_could_run() {
    Harness harness = managed(2).create(Samples.network("n", "10.9.0.0/28"));
    harness.create(Samples.service("web", dnsrr("web", 20, "n"))).settle();
    assertThat(harness.tasks().stream().filter(task -> task.state() == TaskState.RUNNING))
        .as("twelve addresses, without the first, the gateway, and two for the nodes")
        .hasSize(8);
    harness.create(Samples.node("n3")).pass();
    assertThat(harness.tasks())
        .filteredOn(task -> task.state() == TaskState.NEW)
        .extracting(task -> String.valueOf(task.status().err()))
        .containsOnly("no address is free on network net-n (10.9.0.0/28)");
  }

  @Test
  void where_only_those_are_left_the_words_say_so() {
    Harness harness = managed(2).create(Samples.network("n", "10.9.0.0/28"));
    harness.availability("n1", "pause").availability("n2", "pause");
    harness.create(Samples.service("web", dnsrr("web", 20, "n"))).pass();
    assertThat(harness.tasks())
        .filteredOn(task -> task.state() == TaskState.NEW)
        .hasSize(12)
        .extracting(task -> String.valueOf(task.status().err()))
        .containsOnly(
            "no address is free on network net-n (10.9.0.0/28):"
                + " all but those kept for nodes are taken");
  }

  @Test
  void tasks_that_wait_for_a_node_get_addresses_when_these_come_to_be_the_manager_s() {
    Harness harness = Harness.withNodes(1).availability("n1", "pause");
    harness.create(Samples.network("n", "10.9.0.0/29"));
    harness.create(Samples.service("web", dnsrr("web", 5, "n"))).pass();
    assertThat(harness.tasks()).hasSize(5).allMatch(task -> task.state() == TaskState.PENDING);
    harness.drivers(MANAGED).pass();
    assertThat(harness.tasks()).hasSize(5).allMatch(task -> task.state() == TaskState.PENDING);
    assertThat(addresses(harness, "web"))
        .containsExactly("10.9.0.2/29", "10.9.0.3/29", "10.9.0.4/29");
    harness.availability("n1", "active").pass();
    assertThat(harness.tasks())
        .filteredOn(task -> task.state() == TaskState.ASSIGNED)
        .hasSize(3)
        .allMatch(task -> task.networksAttachments().size() == 1);
    assertThat(harness.tasks())
        .filteredOn(task -> task.state() == TaskState.PENDING)
        .extracting(task -> String.valueOf(task.status().err()))
        .containsOnly("no address is free on network net-n (10.9.0.0/29)");
  }

  @Test
  void a_node_that_is_down_keeps_its_gateway_and_the_time_since_when() {
    Harness harness = managed(1).create(Samples.network("n", "10.9.0.0/29"));
    harness.create(Samples.service("a", dnsrr("a", 1, "n"))).settle();
    harness.delete(harness.service("a")).settle().nodeState("n1", Node.NodeStatus.DOWN);
    Node before = harness.state().node("n1").orElseThrow();
    harness.create(Samples.node("n2"));
    harness.create(Samples.service("b", dnsrr("b", 5, "n"))).settle();
    assertThat(harness.state().node("n1")).contains(before);
    assertThat(before.gateways()).hasSize(1);
  }

  @Test
  void a_gateway_that_nobody_needs_is_taken_back_when_the_network_is_full() {
    Harness harness = managed(1).create(Samples.network("n", "10.9.0.0/29"));
    harness.create(Samples.service("a", dnsrr("a", 1, "n"))).settle();
    harness.create(Samples.node("n2")).availability("n1", "drain").settle();
    harness.spec("a", spec -> spec.withMode(ServiceSpec.Mode.replicated(3))).settle();
    assertThat(harness.state().node("n1").orElseThrow().gateways()).isEmpty();
    assertThat(harness.state().node("n2").orElseThrow().gateways()).hasSize(1);
  }

  @Test
  void a_service_waits_for_its_virtual_address() {
    Harness harness = managed(1).create(Samples.network("n", "10.9.0.0/29"));
    harness.create(Samples.service("a", spec("a", 1, "n"))).settle();
    harness.create(Samples.service("b", spec("b", 1, "n"))).settle();
    Task waiting = harness.tasks().getLast();
    assertThat(waiting.state()).isEqualTo(TaskState.NEW);
    assertThat(waiting.status().err())
        .isEqualTo("no virtual address is free on network net-n (10.9.0.0/29)");
    harness.delete(harness.service("a")).settle();
    assertThat(virtual(harness, "b")).containsExactly(new VirtualIp("n", "10.9.0.6/29"));
    assertThat(harness.tasks()).allMatch(task -> task.state() == TaskState.RUNNING);
  }

  @Test
  void an_exhausted_pool_is_told_and_a_removed_network_s_subnet_cures_it() {
    Harness harness = managed(1);
    Cluster cluster = harness.state().cluster().orElseThrow();
    harness.update(cluster.withDefaultAddrPool(List.of("10.7.0.0/24")));
    harness.create(Samples.network("a", null)).create(Samples.network("b", null));
    harness.create(Samples.service("s-a", spec("s-a", 1, "a"))).settle();
    harness.create(Samples.service("s-b", spec("s-b", 1, "b"))).settle();
    assertThat(harness.tasks().getLast().status().err())
        .isEqualTo(
            "no subnet is free for network net-b: the address pools [10.7.0.0/24] have no /24 left");
    harness.delete(harness.service("s-a")).settle();
    harness.delete(network(harness, "a")).settle();
    assertThat(subnet(harness, "b")).isEqualTo("10.7.0.0/24");
    assertThat(harness.tasks()).allMatch(task -> task.state() == TaskState.RUNNING);
  }

  @Test
  void a_subnet_that_is_too_small_is_refused_in_words() {
    Harness harness = managed(1).create(Samples.network("n", "10.9.0.0/30"));
    harness.create(Samples.service("web", spec("web", 1, "n"))).pass();
    assertThat(harness.tasks().getFirst().status().err())
        .isEqualTo("network net-n: a /30 has too few addresses; at least a /29 is needed");
  }

  private static Network withVxlan(String id, String ids) {
    Network network = Samples.network(id, null);
    Driver asked = new Driver("overlay", Map.of(Network.VXLAN_OPTION, ids));
    return network.withSpec(network.spec().withDriverConfiguration(asked));
  }

  private static String vxlan(Harness harness, String id) {
    Driver driver = network(harness, id).driverState();
    return driver == null ? "" : String.valueOf(driver.options().get(Network.VXLAN_OPTION));
  }

  @Test
  void a_vxlan_id_that_a_user_asks_for_is_nobody_else_s() {
    Harness harness = managed(1);
    harness.create(withVxlan("a", "65537,65538")).create(withVxlan("b", "65537"));
    for (String id : List.of("c", "d", "a", "b")) {
      if (harness.state().network(id).isEmpty()) {
        harness.create(Samples.network(id, null));
      }
      harness.create(Samples.service("s-" + id, spec("s-" + id, 1, id))).pass();
    }
    assertThat(List.of(vxlan(harness, "c"), vxlan(harness, "d"), vxlan(harness, "a")))
        .containsExactly("65536", "65539", "65537");
    assertThat(vxlan(harness, "b")).isEmpty();
    assertThat(harness.tasks())
        .filteredOn(task -> task.serviceId().equals("s-b"))
        .extracting(task -> String.valueOf(task.status().err()))
        .containsExactly("network net-b: its VXLAN id 65537 is another network's");
  }

  @Test
  void a_network_with_a_subnet_but_without_a_vxlan_id_gets_one_and_its_addresses_stay() {
    Harness harness =
        Harness.withNodes(1)
            .drivers(new NetworkDrivers(Map.of("overlay", new Capabilities(true, false))))
            .create(Samples.network("n", null));
    harness.create(Samples.service("a", spec("a", 1, "n"))).settle();
    assertThat(vxlan(harness, "n")).isEqualTo("null");
    List<String> before = addresses(harness, "a");
    harness.drivers(MANAGED).create(Samples.service("b", spec("b", 1, "n"))).settle();
    assertThat(vxlan(harness, "n")).isEqualTo("65536");
    assertThat(addresses(harness, "a")).isEqualTo(before);
    assertThat(addresses(harness, "b")).doesNotContainAnyElementsOf(before).hasSize(1);
    assertThat(harness.tasks())
        .filteredOn(task -> task.serviceId().equals("b"))
        .flatExtracting(Task::networksAttachments)
        .allMatch(place -> Objects.equals(driver(place), network(harness, "n").driverState()));
  }

  private static @Nullable Driver driver(NetworkAttachment place) {
    return place.network() == null ? null : place.network().driverState();
  }
}
