package dev.skep.identity;

import static dev.skep.identity.TestCluster.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeCertificateTest {
  private final TestCluster cluster = new TestCluster("c1", 1);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 2160})
  void is_renewed_between_a_half_and_four_fifths_of_its_life(long hours) {
    NodeCertificate node = node(Duration.ofHours(hours));
    Instant half = NOW.plus(Duration.ofMinutes(hours * 30));
    Instant fourFifths = NOW.plus(Duration.ofMinutes(hours * 48));
    RandomGenerator random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      assertThat(node.renewAt(random)).isBetween(half, fourFifths);
    }
    assertThat(node.renewAt(new Extreme(0))).isEqualTo(half);
    assertThat(node.renewAt(new Extreme(-1))).isBetween(fourFifths.minusSeconds(1), fourFifths);
  }

  @Test
  void after_months_switched_off_it_is_renewed_at_once() {
    NodeCertificate node = node(Duration.ofDays(90));
    Instant later = NOW.plus(Duration.ofDays(200));
    assertThat(node.isExpired(later)).isTrue();
    assertThat(node.renewAt(new Random(1))).isBefore(later);
  }

  @Test
  void expires_at_its_end() {
    NodeCertificate node = node(Duration.ofDays(90));
    assertThat(node.expiresAt()).isEqualTo(NOW.plus(Duration.ofDays(90)));
    assertThat(node.isExpired(node.expiresAt())).isFalse();
    assertThat(node.isExpired(node.expiresAt().plusSeconds(1))).isTrue();
  }

  @Test
  void comes_back_from_its_own_text() {
    NodeCertificate node = cluster.worker("n1");
    NodeCertificate read = NodeCertificate.parse(node.chain().pem(), node.privateKeyPem());
    assertThat(read.chain()).isEqualTo(node.chain());
    assertThat(read.privateKeyPem()).isEqualTo(node.privateKeyPem());
  }

  @Test
  void refuses_another_s_key() {
    NodeCertificate one = cluster.worker("n1");
    NodeCertificate other = cluster.worker("n2");
    assertThatThrownBy(() -> NodeCertificate.parse(one.chain().pem(), other.privateKeyPem()))
        .isInstanceOf(IdentityException.class)
        .hasMessage(
            "the certificate of worker n1 of cluster c1 and its private key do not belong together");
  }

  @Test
  void a_root_is_no_node_s_certificate() {
    assertThatThrownBy(() -> CertificateChain.parse(cluster.authority.root().pem()))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("is not a node's");
  }

  private NodeCertificate node(Duration expiry) {
    return cluster.node("n1", NodeName.Role.WORKER, NOW, expiry, "127.0.0.1");
  }

  /** Gives the same bits each time. */
  private record Extreme(long bits) implements RandomGenerator {
    @Override
    public long nextLong() {
      return bits;
    }
  }
}
