package dev.skep.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeAddressesTest {
  @Test
  void tells_addresses_from_names_and_keeps_each_once() {
    NodeAddresses addresses =
        NodeAddresses.of(List.of("10.0.0.1", "::1", "Web-1", "web-1", "10.0.0.1", "a_b.example"));
    assertThat(addresses.ips())
        .containsExactly(InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("::1"));
    assertThat(addresses.hostNames()).containsExactly("web-1", "a_b.example");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-a",
        "a-",
        "a..b",
        "a b",
        "*",
        "*.example",
        "999.1.1.1",
        "::1::",
        "fe80::1%eth0",
        "ä"
      })
  void refuses_what_is_neither(String address) {
    assertThatThrownBy(() -> NodeAddresses.of(List.of(address)))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("\"" + IdentityException.shown(address) + "\"");
  }

  @Test
  void refuses_none_and_too_many() {
    assertThatThrownBy(() -> NodeAddresses.of(List.of())).isInstanceOf(IdentityException.class);
    List<String> most = IntStream.range(0, 64).mapToObj(i -> "h" + i).toList();
    assertThat(NodeAddresses.of(most).hostNames()).hasSize(64);
    List<String> more = IntStream.range(0, 65).mapToObj(i -> "h" + i).toList();
    assertThatThrownBy(() -> NodeAddresses.of(more))
        .isInstanceOf(IdentityException.class)
        .hasMessage("a certificate cannot hold 65 addresses: give 1 to 64");
    assertThatThrownBy(() -> NodeAddresses.of(List.of("a.".repeat(126) + "bc")))
        .isInstanceOf(IdentityException.class);
  }

  @Test
  void a_certificate_with_all_that_it_may_have_can_be_read_again() {
    String domain = ("." + "a".repeat(61)).repeat(4);
    List<String> most =
        IntStream.range(0, 64)
            .mapToObj(i -> "host" + (i + 10))
            .map(host -> host.substring(1) + domain)
            .toList();
    assertThat(most).allMatch(name -> name.length() == 253);
    TestCluster cluster = new TestCluster("c".repeat(64), 1);
    NodeCertificate node =
        cluster.node(
            "n".repeat(64),
            NodeName.Role.MANAGER,
            TestCluster.NOW,
            Authority.EXPIRY_DEFAULT,
            most.toArray(String[]::new));
    assertThat(NodeCertificate.parse(node.chain().pem(), node.privateKeyPem()).name())
        .isEqualTo(node.name());
  }
}
