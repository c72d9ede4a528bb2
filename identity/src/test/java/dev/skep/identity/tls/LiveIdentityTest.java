package dev.skep.identity.tls;

import static dev.skep.identity.TestCluster.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.identity.Authority;
import dev.skep.identity.IdentityException;
import dev.skep.identity.NodeCertificate;
import dev.skep.identity.NodeName;
import dev.skep.identity.NodeName.Role;
import dev.skep.identity.TestCluster;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveIdentityTest {

  private final TestCluster cluster = new TestCluster("c1", 1);
  private Instant now = NOW;
  private final LiveIdentity manager = live(cluster.manager("m1"));
  private final LiveIdentity worker = live(cluster.worker("w1"));

  @Test
  void nodes_of_one_cluster_know_each_other() throws Exception {
    EnginePair pair = connect(worker, manager);
    assertThat(pair.server.getSession().getProtocol()).isEqualTo("TLSv1.3");
    assertThat(manager.requirePeer(pair.server.getSession(), LiveIdentityTest::anybody))
        .isEqualTo(new NodeName("w1", Role.WORKER, "c1"));
    assertThat(worker.requirePeer(pair.client.getSession(), LiveIdentityTest::aManager))
        .isEqualTo(new NodeName("m1", Role.MANAGER, "c1"));
  }

  @Test
  void a_client_without_certificate_is_refused() {
    SSLContext none = LiveIdentity.context(null, worker.trust(LiveIdentityTest::anybody));
    assertThatThrownBy(
            () -> new EnginePair(none, manager.context(LiveIdentityTest::anybody)).connect())
        .isInstanceOf(SSLException.class);
  }

  @Test
  void a_client_without_certificate_comes_in_where_that_is_allowed_but_is_nobody()
      throws Exception {
    SSLContext none = LiveIdentity.context(null, worker.trust(LiveIdentityTest::anybody));
    EnginePair pair = new EnginePair(none, manager.context(LiveIdentityTest::anybody));
    pair.server.setWantClientAuth(true);
    pair.connect();
    assertThatThrownBy(
            () -> manager.requirePeer(pair.server.getSession(), LiveIdentityTest::anybody))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("has shown no certificate");
  }

  @Test
  void another_ca_s_certificate_is_refused_on_both_sides() {
    TestCluster foreign = new TestCluster("c1", 2); // of the same name
    LiveIdentity stranger = live(foreign, foreign.manager("m1"));
    assertThatThrownBy(() -> connect(worker, stranger)).isInstanceOf(SSLException.class);
    LiveIdentity trusting = live(foreign, foreign.manager("m1"));
    SSLContext client =
        LiveIdentity.context(trusting.keys(), worker.trust(LiveIdentityTest::anybody));
    assertThatThrownBy(
            () -> new EnginePair(client, manager.context(LiveIdentityTest::anybody)).connect())
        .isInstanceOf(SSLException.class);
  }

  @Test
  void another_cluster_s_certificate_of_the_same_ca_is_refused() {
    TestCluster other = cluster.with("c2", cluster.authority);
    LiveIdentity stranger = live(other.manager("m1"));
    assertRefused(
        () -> connect(worker, stranger), "manager m1 of cluster c2 is in another cluster");
    assertThatThrownBy(() -> connect(stranger, manager)).isInstanceOf(SSLException.class);
  }

  @Test
  void an_expired_certificate_is_refused() {
    LiveIdentity expired = live(node(NOW, Duration.ofHours(1)));
    now = NOW.plus(Duration.ofHours(1)).plusSeconds(1);
    assertThatThrownBy(() -> connect(worker, expired)).isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> connect(expired, manager)).isInstanceOf(SSLException.class);
  }

  @Test
  void a_certificate_of_the_future_is_refused() throws Exception {
    LiveIdentity early = live(node(NOW.plus(Duration.ofDays(1)), Duration.ofDays(1)));
    assertThatThrownBy(() -> connect(worker, early)).isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> connect(early, manager)).isInstanceOf(SSLException.class);
    now = NOW.plus(Duration.ofHours(23)).plusSeconds(1);
    connect(early, manager);
  }

  @Test
  void a_clock_that_is_almost_an_hour_behind_shuts_nobody_out() throws Exception {
    now = NOW.minus(Duration.ofMinutes(59));
    connect(worker, manager);
  }

  @Test
  void one_who_was_off_for_months_may_come_for_a_new_certificate_where_that_is_allowed()
      throws Exception {
    LiveIdentity late = live(node(NOW.minus(Duration.ofDays(1)), Duration.ofHours(1)));
    SSLContext renewals =
        LiveIdentity.context(
            manager.keys(), manager.trustExpiredClients(LiveIdentityTest::anybody));
    EnginePair pair = new EnginePair(late.context(LiveIdentityTest::anybody), renewals).connect();
    assertThatThrownBy(
            () -> manager.requirePeer(pair.server.getSession(), LiveIdentityTest::anybody))
        .isInstanceOf(IdentityException.class);
    EnginePair good = new EnginePair(worker.context(LiveIdentityTest::anybody), renewals).connect();
    assertThat(manager.requirePeer(good.server.getSession(), LiveIdentityTest::anybody).nodeId())
        .isEqualTo("w1");

    TestCluster foreign = new TestCluster("c1", 2);
    LiveIdentity stranger =
        live(
            foreign,
            foreign.node(
                "m1", Role.MANAGER, NOW.minus(Duration.ofDays(1)), Duration.ofHours(1), "::1"));
    SSLContext client =
        LiveIdentity.context(stranger.keys(), worker.trust(LiveIdentityTest::anybody));
    assertThatThrownBy(() -> new EnginePair(client, renewals).connect())
        .isInstanceOf(SSLException.class);
    LiveIdentity server = live(node(NOW.minus(Duration.ofDays(1)), Duration.ofHours(1)));
    SSLContext lax =
        LiveIdentity.context(worker.keys(), worker.trustExpiredClients(LiveIdentityTest::anybody));
    assertThatThrownBy(
            () -> new EnginePair(lax, server.context(LiveIdentityTest::anybody)).connect())
        .isInstanceOf(SSLException.class);
  }

  @Test
  void the_caller_says_who_is_admitted() throws Exception {
    LiveIdentity other = live(cluster.manager("m2"));
    new EnginePair(
            other.context(LiveIdentityTest::aManager), manager.context(LiveIdentityTest::aManager))
        .connect();
    assertRefused(
        () ->
            new EnginePair(
                    worker.context(LiveIdentityTest::anybody),
                    manager.context(LiveIdentityTest::aManager))
                .connect(),
        "worker w1 of cluster c1 is not admitted here");
    assertRefused(
        () ->
            new EnginePair(
                    manager.context(LiveIdentityTest::aManager),
                    worker.context(LiveIdentityTest::anybody))
                .connect(),
        "worker w1 of cluster c1 is not admitted here");
  }

  @Test
  void who_cannot_be_checked_is_refused() {
    SSLContext broken =
        manager.context(certificate -> {
          throw new IllegalStateException("the store is closed");
        });
    assertRefused(
        () -> new EnginePair(worker.context(LiveIdentityTest::anybody), broken).connect(),
        "cannot be checked");
    X509Certificate[] chain =
        worker.certificate().chain().certificates().toArray(X509Certificate[]::new);
    assertThatThrownBy(
            () -> manager.trust(LiveIdentityTest::anybody).checkClientTrusted(chain, "EC"))
        .isInstanceOf(CertificateException.class);
    assertThatThrownBy(
            () -> manager.trust(LiveIdentityTest::anybody).checkServerTrusted(chain, "EC"))
        .isInstanceOf(CertificateException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.1.1.1", "fd00::1", "db.example"})
  void a_server_is_taken_at_its_own_addresses_only(String address) throws Exception {
    LiveIdentity server =
        live(
            cluster.node(
                "m2", Role.MANAGER, NOW, Duration.ofDays(1), "10.1.1.1", "fd00::1", "db.example"));
    new EnginePair(
            worker.context(LiveIdentityTest::anybody),
            server.context(LiveIdentityTest::anybody),
            address)
        .connect();
    assertThatThrownBy(() ->
            new EnginePair(
                    worker.context(LiveIdentityTest::anybody),
                    manager.context(LiveIdentityTest::anybody),
                    address)
                .connect())
        .isInstanceOf(SSLException.class);
  }

  @Test
  void takes_a_new_certificate_while_old_connections_live() throws Exception {
    SSLContext client = worker.context(LiveIdentityTest::anybody);
    SSLContext server = manager.context(LiveIdentityTest::anybody);
    EnginePair old = new EnginePair(client, server).connect();
    NodeCertificate renewed = cluster.manager("m1");
    manager.exchange(renewed, cluster.roots());
    EnginePair fresh = new EnginePair(worker.context(LiveIdentityTest::anybody), server).connect();
    assertThat(fresh.client.getSession().getPeerCertificates()[0])
        .isEqualTo(renewed.chain().leaf())
        .isNotEqualTo(old.client.getSession().getPeerCertificates()[0]);
    old.exchange();
  }

  @Test
  void a_handshake_ends_with_the_key_that_it_began_with() throws Exception {
    String alias = manager.keys().getServerAliases("EC", null)[0];
    X509Certificate before = manager.certificate().chain().leaf();
    manager.exchange(cluster.manager("m1"), cluster.roots());
    assertThat(manager.keys().getCertificateChain(alias)[0]).isEqualTo(before);
    for (int i = 0; i < 4; i++) {
      manager.exchange(cluster.manager("m1"), cluster.roots());
    }
    assertThat(manager.keys().getCertificateChain(alias)).isNull();
    assertThat(manager.keys().getPrivateKey(alias)).isNull();
  }

  @Test
  void does_not_take_a_certificate_that_no_other_node_would_trust() {
    Authority other = Authority.create("c1", NOW, cluster.random);
    NodeCertificate before = manager.certificate();
    assertThatThrownBy(() -> manager.trustOnly(List.of(other.root())))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("manager m1 of cluster c1 does not lead to a root that is trusted");
    assertThatThrownBy(() -> manager.exchange(before, List.of()))
        .isInstanceOf(IdentityException.class);
    assertThat(manager.certificate()).isSameAs(before);
    assertThat(manager.roots()).isEqualTo(cluster.roots());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void speaks_tls_13_only_whatever_the_other_side_offers(String offered) throws Exception {
    String[] versions = {offered};
    EnginePair oldClient =
        new EnginePair(
            worker.context(LiveIdentityTest::anybody), manager.context(LiveIdentityTest::anybody));
    oldClient.client.setEnabledProtocols(versions);
    EnginePair oldServer =
        new EnginePair(
            worker.context(LiveIdentityTest::anybody), manager.context(LiveIdentityTest::anybody));
    oldServer.server.setEnabledProtocols(versions);
    EnginePair noClientCertificate =
        new EnginePair(
            worker.context(LiveIdentityTest::anybody), manager.context(LiveIdentityTest::anybody));
    noClientCertificate.client.setEnabledProtocols(versions);
    noClientCertificate.server.setNeedClientAuth(false);
    for (EnginePair pair : List.of(oldClient, oldServer, noClientCertificate)) {
      if (offered.equals("TLSv1.3")) {
        pair.connect();
      } else {
        assertThatThrownBy(pair::connect).isInstanceOf(SSLException.class);
      }
    }
  }

  @Test
  void each_handshake_asks_since_a_server_with_these_keys_resumes_no_session() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    SSLContext client = worker.context(LiveIdentityTest::anybody);
    SSLContext server = manager.context(certificate -> asked.incrementAndGet() > 0);
    new EnginePair(client, server).connect();
    new EnginePair(client, server).connect();
    assertThat(asked).hasValue(2);
  }

  /** Why callers look at the peer after each handshake, whatever keys their server has. */
  @Test
  void a_resumed_session_asks_nobody_but_requirePeer_does() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    SSLContext client = worker.context(LiveIdentityTest::anybody);
    SSLContext server =
        LiveIdentity.context(
            jdkKeys(manager), manager.trust(certificate -> asked.incrementAndGet() > 0));
    new EnginePair(client, server).connect();
    EnginePair resumed = new EnginePair(client, server).connect();
    assertThat(asked).hasValue(1);
    assertThat(manager.requirePeer(resumed.server.getSession(), LiveIdentityTest::anybody).nodeId())
        .isEqualTo("w1");
    assertThatThrownBy(
            () -> manager.requirePeer(resumed.server.getSession(), LiveIdentityTest::aManager))
        .isInstanceOf(IdentityException.class)
        .hasMessage(
            "the peer's certificate is not trusted: worker w1 of cluster c1 is not admitted here");
    now = NOW.plus(Duration.ofDays(91));
    assertThatThrownBy(
            () -> manager.requirePeer(resumed.server.getSession(), LiveIdentityTest::anybody))
        .isInstanceOf(IdentityException.class);
  }

  private static KeyManager jdkKeys(LiveIdentity identity) throws Exception {
    NodeCertificate node = identity.certificate();
    X509Certificate[] chain = node.chain().certificates().toArray(X509Certificate[]::new);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("node", node.privateKey(), new char[0], chain);
    KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
    factory.init(store, new char[0]);
    return factory.getKeyManagers()[0];
  }

  private NodeCertificate node(Instant from, Duration expiry) {
    return cluster.node("m2", Role.MANAGER, from, expiry, EnginePair.HOST);
  }

  private LiveIdentity live(NodeCertificate certificate) {
    return live(cluster, certificate);
  }

  private LiveIdentity live(TestCluster of, NodeCertificate certificate) {
    return new LiveIdentity(certificate, of.roots(), () -> now);
  }

  private static EnginePair connect(LiveIdentity client, LiveIdentity server) throws SSLException {
    return new EnginePair(
            client.context(LiveIdentityTest::anybody), server.context(LiveIdentityTest::anybody))
        .connect();
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable connection, String reason) {
    assertThatThrownBy(connection).isInstanceOf(SSLException.class).hasStackTraceContaining(reason);
  }

  private static boolean anybody(X509Certificate certificate) {
    return true;
  }

  private static boolean aManager(X509Certificate certificate) {
    return NodeName.of(certificate).isManager();
  }
}
