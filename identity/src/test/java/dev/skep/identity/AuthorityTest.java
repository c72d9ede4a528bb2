package dev.skep.identity;

import static dev.skep.identity.TestCluster.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuthorityTest {
  private static final Duration EXPIRY = Duration.ofDays(90);
  private static final NodeName NAME = new NodeName("n1", NodeName.Role.WORKER, "c1");
  private static final NodeAddresses ADDRESSES =
      NodeAddresses.of(List.of("10.1.2.3", "fd00::1", "Host-1.example"));

  private final SecureRandom random = TestCluster.random(1);
  private final Authority authority = Authority.create("c1", NOW, random);

  @Test
  void makes_a_root_that_is_good_for_twenty_years() throws Exception {
    X509Certificate root = authority.root().certificate();
    assertThat(root.getSubjectX500Principal().getName()).isEqualTo("CN=skep-ca,O=c1");
    assertThat(root.getIssuerX500Principal()).isEqualTo(root.getSubjectX500Principal());
    assertThat(root.getNotBefore().toInstant()).isEqualTo(NOW.minus(Duration.ofHours(1)));
    assertThat(root.getNotAfter().toInstant()).isEqualTo(Instant.parse("2046-11-30T12:00:00Z"));
    assertThat(root.getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
    assertThat(root.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
    root.verify(root.getPublicKey());
  }

  @Test
  void signs_what_a_node_needs_to_be_client_and_server_at_its_addresses() throws Exception {
    X509Certificate leaf = sign(EXPIRY, NOW).leaf();
    leaf.verify(authority.root().certificate().getPublicKey());
    assertThat(NodeName.of(leaf)).isEqualTo(NAME);
    assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=n1,OU=swarm-worker,O=c1");
    assertThat(leaf.getNotBefore().toInstant()).isEqualTo(NOW.minus(Duration.ofHours(1)));
    assertThat(leaf.getNotAfter().toInstant()).isEqualTo(NOW.plus(EXPIRY));
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getExtendedKeyUsage())
        .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(leaf.getSubjectAlternativeNames())
        .containsExactly(
            List.of(7, "10.1.2.3"), List.of(7, "fd00:0:0:0:0:0:0:1"), List.of(2, "host-1.example"));
    assertThat(CertificateWriter.keyId(leaf))
        .isEqualTo(CertificateWriter.keyId(leaf.getPublicKey()));
    assertThat(leaf.getSerialNumber().bitLength()).isBetween(100, 159);
  }

  @Test
  void gives_each_certificate_another_serial_number() {
    assertThat(sign(EXPIRY, NOW).leaf().getSerialNumber())
        .isNotEqualTo(sign(EXPIRY, NOW).leaf().getSerialNumber());
  }

  @Test
  void refuses_a_life_that_is_too_short_to_renew() {
    assertThat(sign(Duration.ofHours(1), NOW).leaf()).isNotNull();
    assertThatThrownBy(() -> sign(Duration.ofMinutes(59), NOW))
        .isInstanceOf(IdentityException.class)
        .hasMessage("a certificate cannot expire after PT59M: the least is PT1H");
  }

  @Test
  void no_certificate_outlives_the_root() {
    Instant late = authority.root().expiresAt().minus(Duration.ofDays(3));
    assertThat(sign(EXPIRY, late).leaf().getNotAfter().toInstant())
        .isEqualTo(authority.root().expiresAt());
    assertThat(sign(Duration.ofDays(Long.MAX_VALUE / 86_400), NOW).leaf().getNotAfter().toInstant())
        .isEqualTo(authority.root().expiresAt());
    assertThatThrownBy(() -> sign(EXPIRY, authority.root().expiresAt().plusSeconds(1)))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("expired at 2046-11-30T12:00:00Z")
        .hasMessageContaining("docker swarm ca --rotate");
  }

  @Test
  void comes_back_from_its_own_text() {
    Authority read = Authority.parse(authority.root().pem(), authority.privateKeyPem());
    assertThat(read.root()).isEqualTo(authority.root());
    assertThat(read.privateKeyPem()).isEqualTo(authority.privateKeyPem());
  }

  @Test
  void refuses_another_s_key() {
    Authority other = Authority.create("c1", NOW, random);
    assertThatThrownBy(() -> Authority.parse(authority.root().pem(), other.privateKeyPem()))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("do not belong together");
  }

  @Test
  void refuses_a_node_s_certificate_as_root() {
    TestCluster cluster = new TestCluster("c1", 2);
    NodeCertificate node = cluster.worker("n1");
    assertThatThrownBy(() -> Authority.parse(node.chain().pem(), node.privateKeyPem()))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("CN=n1,OU=swarm-worker,O=c1")
        .hasMessageContaining("may not sign other certificates");
  }

  @Test
  void a_digest_has_fifty_digits_and_is_of_the_root_alone() {
    assertThat(authority.root().digest()).matches("[0-9a-z]{50}");
    assertThat(Authority.create("c1", NOW, random).root().digest())
        .isNotEqualTo(authority.root().digest());
  }

  /** Recorded from an engine. */
  @Test
  void says_of_a_root_what_the_api_says() {
    RootCertificate recorded =
        RootCertificate.parse(
            """
            -----BEGIN CERTIFICATE-----
            MIIBajCCARCgAwIBAgIUV12cku/QDQK34cDrK6i2kom7rBMwCgYIKoZIzj0EAwIw
            EzERMA8GA1UEAxMIc3dhcm0tY2EwHhcNMjYxMTIxMDMwMTAwWhcNNDYxMTE2MDMw
            MTAwWjATMREwDwYDVQQDEwhzd2FybS1jYTBZMBMGByqGSM49AgEGCCqGSM49AwEH
            A0IABL/4wPNIWDVps4+Ew9wJ+Pc3PAAiciBPoVV+9CaANcvGg8gI3VyWQkYnjySF
            x36e1gKGnzEU17mykyBz0MVp626jQjBAMA4GA1UdDwEB/wQEAwIBBjAPBgNVHRMB
            Af8EBTADAQH/MB0GA1UdDgQWBBTpPD3F47WX64WvFJZHfizzpyZ7GDAKBggqhkjO
            PQQDAgNIADBFAiEAwHYvwqX9tvbiM1CW7weQG574fc+aQ7z5lF2H20rpOL8CIEP0
            Te9EOYiMqO64ruU03Xh4BbiqTPxJAEXdxlUqgye/
            -----END CERTIFICATE-----
            """);
    assertThat(recorded.pem()).startsWith("-----BEGIN CERTIFICATE-----\nMIIBajCCARCgAwIBAgIU");
    assertThat(recorded.pem()).endsWith("gye/\n-----END CERTIFICATE-----\n");
    assertThat(recorded.subjectBase64()).isEqualTo("MBMxETAPBgNVBAMTCHN3YXJtLWNh");
    assertThat(recorded.publicKeyBase64())
        .isEqualTo(
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEv/jA80hYNWmzj4TD3An49zc8ACJyIE+hVX70JoA1y8aDyAjdXJZCRiePJIXHfp7WAoafMRTXubKTIHPQxWnrbg==");
  }

  @Test
  void tells_nobody_its_key() {
    TestCluster cluster = new TestCluster("c1", 2);
    NodeCertificate node = cluster.worker("n1");
    NodeKeyPair key = NodeKeyPair.create(random);
    for (Object secret : List.of(authority, node, key, key.request(random))) {
      assertThat(secret.toString()).hasSizeLessThan(200).doesNotContain("PRIVATE");
    }
    assertThat(authority)
        .hasToString(
            "Authority[RootCertificate[CN=skep-ca,O=c1, until 2046-11-30T12:00:00Z], ***]");
    assertThat(key).hasToString("NodeKeyPair[***]");
  }

  private CertificateChain sign(Duration expiry, Instant now) {
    CertificateRequest request =
        CertificateRequest.parse(NodeKeyPair.create(random).request(random).pem());
    return authority.sign(request, NAME, ADDRESSES, expiry, now, random);
  }
}
