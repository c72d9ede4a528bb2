package dev.skep.identity;

import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/**
 * What a node's certificate says of its owner: CN is the node's id, OU its role as Swarm writes it
 * ({@code swarm-worker}, {@code swarm-manager}), O the cluster's id.
 *
 * @param nodeId 1 to 64 characters of {@code a-z A-Z 0-9 . _ -}
 * @param clusterId as {@code nodeId}
 */
public record NodeName(String nodeId, Role role, String clusterId) {
  /** What a node may be in its cluster. */
  public enum Role {
    WORKER,
    MANAGER;

    private static final String PREFIX = "swarm-";

    /** In the API's words: {@code worker} or {@code manager}. */
    public static Role named(String word) {
      for (Role role : values()) {
        if (role.word().equals(word)) {
          return role;
        }
      }
      throw new IdentityException(
          "the role \"%s\" is neither worker nor manager".formatted(IdentityException.shown(word)));
    }

    /** The API's word for it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    String unit() {
      return PREFIX + word();
    }
  }

  /** X.520's bound for CN, OU and O; none of the characters has a meaning in a name. */
  private static final Pattern ID = Pattern.compile("[a-zA-Z0-9._-]{1,64}");

  private static final Pattern FORM =
      Pattern.compile("CN=(%1$s),OU=swarm-(worker|manager),O=(%1$s)".formatted(ID.pattern()));

  public NodeName {
    requireId("node", nodeId);
    requireId("cluster", clusterId);
  }

  static void requireId(String whose, String id) {
    if (!ID.matcher(id).matches()) {
      throw new IdentityException(
          "the %s id \"%s\" cannot stand in a certificate: it must have 1 to 64 characters of a-z, A-Z, 0-9, '.', '_' and '-'"
              .formatted(whose, IdentityException.shown(id)));
    }
  }

  /** Throws {@link IdentityException} for a certificate that is not a node's. */
  public static NodeName of(X509Certificate certificate) {
    String subject = certificate.getSubjectX500Principal().getName();
    Matcher matcher = FORM.matcher(subject);
    if (!matcher.matches() || certificate.getBasicConstraints() >= 0) {
      throw new IdentityException(
          "the certificate of \"%s\" is not a node's: that has a node id, a role and a cluster id"
              .formatted(IdentityException.shown(subject)));
    }
    return new NodeName(matcher.group(1), Role.named(matcher.group(2)), matcher.group(3));
  }

  public boolean isManager() {
    return role == Role.MANAGER;
  }

  X500Principal subject() {
    return new X500Principal("CN=%s,OU=%s,O=%s".formatted(nodeId, role.unit(), clusterId));
  }

  @Override
  public String toString() {
    return "%s %s of cluster %s".formatted(role.word(), nodeId, clusterId);
  }
}
