package dev.skep.identity;

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A cluster with an authority, for tests: the same numbers each time, and a time of its own. */
public final class TestCluster {
  public static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  public final String id;
  public final SecureRandom random;
  public final Authority authority;

  /**
   * @param seed another one makes another key
   */
  public TestCluster(String id, int seed) {
    this.id = id;
    random = random(seed);
    authority = Authority.create(id, NOW, random);
  }

  private TestCluster(String id, SecureRandom random, Authority authority) {
    this.id = id;
    this.random = random;
    this.authority = authority;
  }

  /** Another one under the same authority, or this one under another authority. */
  public TestCluster with(String otherId, Authority otherAuthority) {
    return new TestCluster(otherId, random, otherAuthority);
  }

  public static SecureRandom random(int seed) {
    try {
      SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
      random.setSeed(seed);
      return random;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  public NodeCertificate worker(String nodeId) {
    return node(nodeId, NodeName.Role.WORKER, NOW, Authority.EXPIRY_DEFAULT, "127.0.0.1");
  }

  public NodeCertificate manager(String nodeId) {
    return node(nodeId, NodeName.Role.MANAGER, NOW, Authority.EXPIRY_DEFAULT, "127.0.0.1");
  }

  public NodeCertificate node(
      String nodeId, NodeName.Role role, Instant now, Duration expiry, String... addresses) {
    NodeKeyPair key = NodeKeyPair.create(random);
    return key.certified(
        authority.sign(
            key.request(random),
            new NodeName(nodeId, role, id),
            NodeAddresses.of(List.of(addresses)),
            expiry,
            now,
            random));
  }

  public List<RootCertificate> roots() {
    return List.of(authority.root());
  }
}
