package dev.skep.identity.tls;

import static dev.skep.identity.TestCluster.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.identity.Authority;
import dev.skep.identity.NodeCertificate;
import dev.skep.identity.RootCertificate;
import dev.skep.identity.TestCluster;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** The exchange of a cluster's root, step by step, with nodes that lag behind. */
class RotationTest {

  private final TestCluster before = new TestCluster("c1", 1);
  private final Authority next =
      Authority.create("c1", NOW, before.random)
          .crossSignedBy(before.authority, NOW, before.random);
  private final TestCluster after = before.with("c1", next);
  private final RootCertificate oldRoot = before.authority.root();
  private final RootCertificate newRoot = next.root();

  private final LiveIdentity manager = live(before.manager("m1"), oldRoot);
  private final LiveIdentity away = live(before.worker("w1"), oldRoot);

  @Test
  void a_node_that_was_away_and_one_with_a_new_certificate_know_each_other() throws Exception {
    manager.trustOnly(List.of(oldRoot, newRoot));
    connectBothWays(away, manager);
    manager.exchange(after.manager("m1"), List.of(oldRoot, newRoot));
    connectBothWays(away, manager);
    away.trustOnly(List.of(oldRoot, newRoot));
    connectBothWays(away, manager);
    away.exchange(after.worker("w1"), List.of(oldRoot, newRoot));
    connectBothWays(away, manager);
    manager.trustOnly(List.of(newRoot));
    connectBothWays(away, manager);
    away.trustOnly(List.of(newRoot));
    connectBothWays(away, manager);
  }

  @Test
  void when_the_old_root_is_gone_its_certificates_are_refused() throws Exception {
    EnginePair open = connect(away, manager);
    manager.exchange(after.manager("m1"), List.of(newRoot));
    assertThatThrownBy(() -> connect(away, manager)).isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> manager.requirePeer(open.server.getSession(), RotationTest::anybody))
        .hasMessageContaining("does not lead to a root that is trusted here");
    open.exchange(); // whether it goes on is the component's to say
  }

  @Test
  void without_the_old_one_s_signature_the_new_root_is_a_stranger() {
    Authority foreign = Authority.create("c1", NOW, before.random);
    TestCluster usurped = before.with("c1", foreign);
    LiveIdentity stranger = live(usurped.manager("m1"), foreign.root());
    assertThatThrownBy(() -> connect(away, stranger)).isInstanceOf(SSLException.class);
  }

  @Test
  void the_old_one_s_signature_makes_no_ca_of_a_node() {
    NodeCertificate worker = before.worker("w1");
    assertThat(worker.chain().leaf().getBasicConstraints()).isEqualTo(-1);
    assertThat(after.worker("w1").chain().certificates()).hasSize(2);
  }

  @Test
  void a_second_exchange_may_begin_before_the_first_has_ended() throws Exception {
    Authority third =
        Authority.create("c1", NOW, before.random)
            .crossSignedBy(before.authority, NOW, before.random);
    List<RootCertificate> all = List.of(oldRoot, newRoot, third.root());
    manager.exchange(before.with("c1", third).manager("m1"), all);
    connectBothWays(away, manager);
    away.exchange(after.worker("w1"), all);
    connectBothWays(away, manager);
  }

  private static void connectBothWays(LiveIdentity one, LiveIdentity other) throws SSLException {
    connect(one, other);
    connect(other, one);
  }

  private static EnginePair connect(LiveIdentity client, LiveIdentity server) throws SSLException {
    return new EnginePair(
            client.context(RotationTest::anybody), server.context(RotationTest::anybody))
        .connect();
  }

  private static LiveIdentity live(NodeCertificate certificate, RootCertificate root) {
    return new LiveIdentity(certificate, List.of(root), () -> NOW);
  }

  private static boolean anybody(X509Certificate certificate) {
    return true;
  }
}
