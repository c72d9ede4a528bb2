package dev.skep.identity.tls;

import static dev.skep.identity.TestCluster.NOW;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.identity.Authority;
import dev.skep.identity.IdentityException;
import dev.skep.identity.NodeCertificate;
import dev.skep.identity.RootCertificate;
import dev.skep.identity.TestCluster;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PinnedTrustTest {
  private final TestCluster cluster = new TestCluster("c1", 1);
  private final RootCertificate root = cluster.authority.root();
  private Instant now = NOW;

  @Test
  void finds_the_swarm_that_the_token_is_of() throws Exception {
    join(root.digest(), server(cluster.manager("m1"), root), EnginePair.HOST);
  }

  @Test
  void refuses_another_swarm() {
    TestCluster other = new TestCluster("c1", 2);
    assertRefused(
        root.digest(),
        server(other.manager("m1"), other.authority.root()),
        "the join token is not this swarm's");
  }

  /** A stranger who knows the root, which is no secret, puts it behind a certificate of its own. */
  @Test
  void refuses_who_shows_the_root_without_being_of_it() {
    TestCluster other = new TestCluster("c1", 2);
    NodeCertificate stranger = other.manager("m1");
    LiveIdentity forged =
        new LiveIdentity(stranger, List.of(other.authority.root(), root), () -> now);
    assertRefused(root.digest(), forged, "does not lead to a root that is trusted");
  }

  @Test
  void refuses_a_worker_that_plays_the_manager() {
    assertRefused(
        root.digest(),
        server(cluster.worker("w1"), root),
        "worker w1 of cluster c1 cannot let anybody join: ask a manager");
  }

  @Test
  void refuses_another_address_than_the_one_it_was_told() {
    LiveIdentity server = server(cluster.manager("m1"), root);
    assertThatThrownBy(() -> join(root.digest(), server, "10.9.9.9"))
        .isInstanceOf(SSLException.class)
        .rootCause()
        .hasMessageContaining("10.9.9.9");
  }

  @Test
  void says_that_a_clock_is_wrong() {
    LiveIdentity server = server(cluster.manager("m1"), root);
    now = NOW.minus(Duration.ofHours(2));
    assertRefused(
        root.digest(),
        server,
        "is good from 2026-11-30T11:00:00Z until 2027-02-28T12:00:00Z, and it is 2026-11-30T10:00:00Z here: look at both hosts' clocks");
  }

  @Test
  void while_the_root_is_exchanged_tokens_of_both_work() throws Exception {
    Authority next =
        Authority.create("c1", NOW, cluster.random)
            .crossSignedBy(cluster.authority, NOW, cluster.random);
    NodeCertificate renewed = cluster.with("c1", next).manager("m1");
    for (LiveIdentity server :
        List.of(
            new LiveIdentity(renewed, List.of(root, next.root()), () -> now),
            new LiveIdentity(renewed, List.of(next.root(), root), () -> now))) {
      join(root.digest(), server, EnginePair.HOST);
      join(next.root().digest(), server, EnginePair.HOST);
    }
    LiveIdentity after = server(renewed, next.root());
    join(next.root().digest(), after, EnginePair.HOST);
    assertRefused(root.digest(), after, "the join token is not this swarm's");
  }

  @Test
  void is_no_trust_for_servers() {
    SSLContext wrong = new PinnedTrust(root.digest(), () -> now).context();
    LiveIdentity client = server(cluster.manager("m1"), root);
    assertThatThrownBy(() -> new EnginePair(client.context(certificate -> true), wrong).connect())
        .isInstanceOf(SSLException.class);
  }

  @Test
  void speaks_tls_13_only() {
    EnginePair pair = pair(root.digest(), server(cluster.manager("m1"), root), EnginePair.HOST);
    pair.client.setEnabledProtocols(new String[] {"TLSv1.2"});
    assertThatThrownBy(pair::connect).isInstanceOf(SSLException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "abc",
        "4wgw0ldqqbsvnf8x26a2sju1hi4i7licaj5r7etbi4kuvbeqd",
        "4WGW0LDQQBSVNF8X26A2SJU1HI4I7LICAJ5R7ETBI4KUVBEQDQ"
      })
  void a_digest_has_fifty_digits(String digest) {
    assertThatThrownBy(() -> new PinnedTrust(digest, () -> now))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("copy the whole token");
  }

  private LiveIdentity server(NodeCertificate certificate, RootCertificate trusted) {
    return new LiveIdentity(certificate, List.of(trusted), () -> now);
  }

  private EnginePair pair(String digest, LiveIdentity server, String host) {
    SSLContext client = new PinnedTrust(digest, () -> now).context();
    EnginePair pair = new EnginePair(client, server.context(certificate -> true), host);
    pair.server.setWantClientAuth(true);
    return pair;
  }

  private void join(String digest, LiveIdentity server, String host) throws SSLException {
    pair(digest, server, host).connect();
  }

  private void assertRefused(String digest, LiveIdentity server, String reason) {
    assertThatThrownBy(() -> join(digest, server, EnginePair.HOST))
        .isInstanceOf(SSLException.class)
        .cause()
        .hasMessageContaining(reason);
  }
}
