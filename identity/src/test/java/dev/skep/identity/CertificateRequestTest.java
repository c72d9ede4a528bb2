package dev.skep.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateRequestTest {
  private final SecureRandom random = TestCluster.random(1);

  @Test
  void comes_back_from_its_own_text() {
    CertificateRequest request = NodeKeyPair.create(random).request(random);
    CertificateRequest read = CertificateRequest.parse(request.pem());
    assertThat(read.publicKey()).isEqualTo(request.publicKey());
    assertThat(read.pem()).isEqualTo(request.pem());
  }

  @ParameterizedTest
  @ValueSource(strings = {"secp384r1", "secp521r1"})
  void takes_keys_on_longer_curves(String curve) throws Exception {
    CertificateRequest request = CertificateRequest.of(pair("EC", curve), random);
    assertThat(CertificateRequest.parse(request.pem()).publicKey()).isEqualTo(request.publicKey());
  }

  @Test
  void refuses_other_kinds_of_keys() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048, random);
    KeyPair pair = rsa.generateKeyPair();
    assertThatThrownBy(() -> CertificateRequest.parse(CertificateRequest.of(pair, random).pem()))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("nodes use ECDSA");
  }

  @Test
  void refuses_a_key_whose_sender_does_not_hold_it() throws Exception {
    KeyPair own = pair("EC", "secp256r1");
    KeyPair another = pair("EC", "secp256r1");
    String pem = pem(another, new SigningKey("the node", own.getPrivate(), random));
    assertThatThrownBy(() -> CertificateRequest.parse(pem))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("does not prove that its sender holds the private key");
  }

  @Test
  void refuses_a_signature_of_another_kind_than_the_key_s() throws Exception {
    KeyPair own = pair("EC", "secp256r1");
    KeyPair another = pair("EC", "secp384r1");
    String pem = pem(own, new SigningKey("the node", another.getPrivate(), random));
    assertThatThrownBy(() -> CertificateRequest.parse(pem))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("is not signed with SHA256withECDSA");
  }

  @Test
  void refuses_what_is_too_long_before_reading_it() {
    assertThatThrownBy(() -> CertificateRequest.parse("-".repeat(4097)))
        .isInstanceOf(IdentityException.class)
        .hasMessage(
            "the request for a certificate is too long: 4097 characters, and at most 4096 are read");
  }

  @Test
  void refuses_what_is_something_else() {
    TestCluster cluster = new TestCluster("c1", 2);
    assertThatThrownBy(() -> CertificateRequest.parse("hello"))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("is not PEM");
    assertThatThrownBy(() -> CertificateRequest.parse(cluster.authority.root().pem()))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("\"CERTIFICATE\" where \"CERTIFICATE REQUEST\" belongs");
    String request = NodeKeyPair.create(random).request(random).pem();
    assertThatThrownBy(() -> CertificateRequest.parse(request + request))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("2 PEM blocks where one belongs");
  }

  /** As deep as its length allows: a reader that follows each level would run out of stack. */
  @Test
  void refuses_a_request_within_a_request_and_so_on() {
    byte[] der = {};
    for (int length = 0; length < 2900; length = der.length) {
      byte[] head =
          length < 128
              ? new byte[] {0x30, (byte) length}
              : new byte[] {0x30, (byte) 0x82, (byte) (length >> 8), (byte) length};
      byte[] next = new byte[head.length + length];
      System.arraycopy(head, 0, next, 0, head.length);
      System.arraycopy(der, 0, next, head.length, length);
      der = next;
    }
    String pem = Pem.write(Pem.REQUEST, der);
    assertThat(pem).hasSizeLessThan(CertificateRequest.CHARACTERS_MAX);
    assertThatThrownBy(() -> CertificateRequest.parse(pem))
        .isInstanceOf(IdentityException.class)
        .hasMessage("the request for a certificate is damaged and cannot be read");
    byte[] endless = new byte[2900]; // each level of a length that only its end will tell
    for (int i = 0; i < endless.length; i += 2) {
      endless[i] = 0x30;
      endless[i + 1] = (byte) 0x80;
    }
    String text = Base64.getMimeEncoder().encodeToString(endless);
    assertThatThrownBy(() ->
            CertificateRequest.parse(
                "-----BEGIN CERTIFICATE REQUEST-----\n"
                    + text
                    + "\n-----END CERTIFICATE REQUEST-----\n"))
        .isInstanceOf(IdentityException.class);
  }

  private KeyPair pair(String algorithm, String curve) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(new ECGenParameterSpec(curve), random);
    return generator.generateKeyPair();
  }

  private static String pem(KeyPair pair, ContentSigner signer) throws Exception {
    return Pem.write(
        Pem.REQUEST,
        new PKCS10CertificationRequestBuilder(
                X500Name.getInstance(new X500Principal("CN=n1,OU=swarm-manager,O=c1").getEncoded()),
                SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()))
            .build(signer)
            .getEncoded());
  }
}
