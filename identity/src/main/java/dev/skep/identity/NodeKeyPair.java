package dev.skep.identity;

import java.security.KeyPair;
import java.security.SecureRandom;

/** A node's new private key, for which it asks a certificate. Each certificate has its own. */
public final class NodeKeyPair {
  private final KeyPair pair;

  private NodeKeyPair(KeyPair pair) {
    this.pair = pair;
  }

  public static NodeKeyPair create(SecureRandom random) {
    return new NodeKeyPair(PrivateKeys.create(random));
  }

  /** What to send to a manager. */
  public CertificateRequest request(SecureRandom random) {
    return CertificateRequest.of(pair, random);
  }

  /**
   * With what the manager answered. Throws {@link IdentityException} when it is for another key.
   */
  public NodeCertificate certified(CertificateChain chain) {
    return new NodeCertificate(chain, pair.getPrivate());
  }

  @Override
  public String toString() {
    return "NodeKeyPair[***]";
  }
}
