package dev.skep.identity;

import static dev.skep.identity.TestCluster.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --ca-cert} and {@code --ca-key}: an authority that an operator brings. */
class OwnAuthorityTest {
  private static final X500Principal NAME = new X500Principal("CN=Example Root,O=Example");

  /** Of {@code openssl ecparam -name prime256v1 -genkey}; good for nothing. */
  private static final String OPENSSL_KEY =
      """
      -----BEGIN EC PRIVATE KEY-----
      MHcCAQEEIGbAQsb/SyJ0hep3ksfAleNDTdUPUdDmgqSiSsHWzEvOoAoGCCqGSM49
      AwEHoUQDQgAEyhty8L4y4nniffBfXFEskQk1OHKsCUBQs7fZSgBcuafdoCM5/SgH
      j9u0VhHv7AYVlmce0e5AhFHMpA+Wklmx9w==
      -----END EC PRIVATE KEY-----
      """;

  private final SecureRandom random = TestCluster.random(1);

  @ParameterizedTest
  @CsvSource({"EC,secp256r1", "EC,secp384r1", "EC,secp521r1", "RSA,2048", "RSA,3072"})
  void takes_these_kinds_of_keys_and_signs_with_them(String algorithm, String size)
      throws Exception {
    KeyPair pair = pair(algorithm, size);
    Authority own = own(pair, NOW.plus(Duration.ofDays(365)));
    NodeKeyPair key = NodeKeyPair.create(random);
    CertificateChain chain =
        own.sign(
            key.request(random),
            new NodeName("n1", NodeName.Role.WORKER, "c1"),
            NodeAddresses.of(List.of("h1")),
            Authority.EXPIRY_DEFAULT,
            NOW,
            random);
    chain.leaf().verify(own.root().certificate().getPublicKey());
    assertThat(chain.leaf().getIssuerX500Principal()).isEqualTo(NAME);
    assertThat(key.certified(chain).name().nodeId()).isEqualTo("n1");
  }

  @ParameterizedTest
  @CsvSource({"RSA,1024", "Ed25519,", "RSASSA-PSS,2048"})
  void refuses_other_kinds_of_keys(String algorithm, String size) throws Exception {
    KeyPair pair = pair(algorithm, size);
    KeyPair good = pair("EC", "secp256r1");
    String key = PrivateKeys.pem(pair.getPrivate());
    String certificate = certificate(good, NOW.plus(Duration.ofDays(365)));
    assertThatThrownBy(() -> Authority.own(certificate, key, NOW))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("use ECDSA on P-256, P-384 or P-521, or RSA");
  }

  @Test
  void reads_an_rsa_key_as_openssl_s_older_commands_write_it() throws Exception {
    KeyPair pair = pair("RSA", "2048");
    byte[] older =
        PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded();
    assertThat(PrivateKeys.parse("the CA key", Pem.write("RSA PRIVATE KEY", older)))
        .isEqualTo(pair.getPrivate());
  }

  @Test
  void reads_an_elliptic_key_of_openssl_with_the_parameters_before_it() {
    String parameters =
        """
        -----BEGIN EC PARAMETERS-----
        BggqhkjOPQMBBw==
        -----END EC PARAMETERS-----
        """;
    assertThat(PrivateKeys.parse("the CA key", parameters + OPENSSL_KEY).getAlgorithm())
        .isEqualTo("EC");
    assertThat(PrivateKeys.parse("the CA key", OPENSSL_KEY).getAlgorithm()).isEqualTo("EC");
  }

  @Test
  void refuses_a_key_with_a_passphrase() {
    assertThatThrownBy(
            () -> PrivateKeys.parse("the CA key", Pem.write("ENCRYPTED PRIVATE KEY", new byte[9])))
        .isInstanceOf(IdentityException.class)
        .hasMessage(
            "the CA key is encrypted with a passphrase: give it without (openssl pkey -in FILE)");
    String older =
        """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0F

        AAAA
        -----END RSA PRIVATE KEY-----
        """;
    assertThatThrownBy(() -> PrivateKeys.parse("the CA key", older))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("passphrase");
  }

  @Test
  void refuses_one_that_is_not_good_now() throws Exception {
    KeyPair pair = pair("EC", "secp256r1");
    assertThatThrownBy(() -> own(pair, NOW.plus(Duration.ofMinutes(59))))
        .isInstanceOf(IdentityException.class)
        .hasMessage(
            "the CA certificate (CN=Example Root,O=Example) is good from 2026-11-29T12:00:00Z until 2026-11-30T12:59:00Z, and it is 2026-11-30T12:00:00Z: make one that is good for longer");
    String certificate = certificate(pair, NOW.plus(Duration.ofDays(365)));
    String key = PrivateKeys.pem(pair.getPrivate());
    Instant early = NOW.minus(Duration.ofDays(2));
    assertThatThrownBy(() -> Authority.own(certificate, key, early))
        .isInstanceOf(IdentityException.class);
  }

  @Test
  void refuses_a_certificate_that_is_no_ca_s_and_more_than_one() throws Exception {
    KeyPair pair = pair("EC", "secp256r1");
    String key = PrivateKeys.pem(pair.getPrivate());
    String leaf =
        Pem.write(
            List.of(
                new CertificateWriter(NAME, NAME, pair.getPublic(), NOW, NOW.plusSeconds(9), random)
                    .sign(new SigningKey("it", pair.getPrivate(), random))));
    assertThatThrownBy(() -> Authority.own(leaf, key, NOW))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("CN=Example Root,O=Example")
        .hasMessageContaining("may not sign other certificates");
    String good = certificate(pair, NOW.plus(Duration.ofDays(1)));
    assertThatThrownBy(() -> Authority.own(good + good, key, NOW))
        .isInstanceOf(IdentityException.class)
        .hasMessage("the CA certificate has 2 PEM blocks where one belongs");
  }

  @Test
  void becomes_the_next_one_of_a_cluster() throws Exception {
    TestCluster cluster = new TestCluster("c1", 2);
    Authority own =
        own(pair("RSA", "2048"), NOW.plus(Duration.ofDays(365)))
            .crossSignedBy(cluster.authority, NOW, random);
    String cross = own.crossCertificatePem().orElseThrow();
    assertThat(RootCertificate.parse(cross).certificate().getIssuerX500Principal().getName())
        .isEqualTo("CN=skep-ca,O=c1");
    assertThat(RootCertificate.parse(cross).expiresAt()).isEqualTo(own.root().expiresAt());
    Authority read =
        Authority.parse(own.root().pem(), own.privateKeyPem()).withCrossCertificate(cross);
    assertThat(read.crossCertificatePem()).contains(cross);
    assertThatThrownBy(() -> cluster.authority.withCrossCertificate(cross))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("another name or key");
  }

  /** The path has to be found by keys' names, and not by other certificates' serial numbers. */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void a_key_keeps_the_name_that_its_own_certificate_gives_it(boolean named) throws Exception {
    KeyPair pair = pair("EC", "secp256r1");
    byte[] name = {1, 2, 3, 4};
    CertificateWriter root = writer(pair, NOW.plus(Duration.ofDays(9)));
    String pem = Pem.write(List.of(signed(named ? root.called(name) : root, pair)));
    byte[] expected = named ? name : CertificateWriter.keyId(pair.getPublic());
    TestCluster cluster = new TestCluster("c1", 2);
    Authority own =
        Authority.own(pem, PrivateKeys.pem(pair.getPrivate()), NOW)
            .crossSignedBy(cluster.authority, NOW, random);
    X509Certificate leaf = cluster.with("c1", own).worker("n1").chain().leaf();
    X509Certificate cross =
        RootCertificate.parse(own.crossCertificatePem().orElseThrow()).certificate();
    assertThat(signer(leaf)).isEqualTo(new AuthorityKeyIdentifier(expected));
    assertThat(CertificateWriter.keyId(cross)).isEqualTo(expected);
    assertThat(signer(cross).getKeyIdentifierOctets())
        .isEqualTo(CertificateWriter.keyId(cluster.authority.root().certificate()));
  }

  private static AuthorityKeyIdentifier signer(X509Certificate certificate) throws Exception {
    return AuthorityKeyIdentifier.getInstance(
        JcaX509ExtensionUtils.parseExtensionValue(certificate.getExtensionValue("2.5.29.35")));
  }

  private Authority own(KeyPair pair, Instant until) {
    return Authority.own(certificate(pair, until), PrivateKeys.pem(pair.getPrivate()), NOW);
  }

  private String certificate(KeyPair pair, Instant until) {
    return Pem.write(List.of(signed(writer(pair, until), pair)));
  }

  private CertificateWriter writer(KeyPair pair, Instant until) {
    Instant from = NOW.minus(Duration.ofDays(1));
    return new CertificateWriter(NAME, NAME, pair.getPublic(), from, until, random).root();
  }

  private X509Certificate signed(CertificateWriter certificate, KeyPair pair) {
    return certificate.sign(new SigningKey("it", pair.getPrivate(), random));
  }

  private KeyPair pair(String algorithm, String size) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (size != null && size.startsWith("secp")) {
      generator.initialize(new ECGenParameterSpec(size), random);
    } else if (size != null) {
      generator.initialize(Integer.parseInt(size), random);
    }
    return generator.generateKeyPair();
  }
}
