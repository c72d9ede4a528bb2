package dev.skep.conf.swarm;

import dev.skep.store.membership.Membership.RemoteManager;
import dev.skep.store.model.Sensitive;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is said at the control port: JSON over HTTP. */
final class ControlMessages {
  static final String JOIN_PATH = "/skep/v1/join";

  /** Of a request to join: a token, a name and an address, and room for what may come. */
  static final int MAX_REQUEST_BYTES = 64 * 1024;

  /** Of an answer: the addresses of thousands of nodes. */
  static final int MAX_ANSWER_BYTES = 1024 * 1024;

  private ControlMessages() {}

  /** Asks for membership. The name is the host's; {@code address} is where its parts will bind. */
  record Join(
      @Nullable Sensitive token,
      @Nullable String name,
      @Nullable String address,
      @Nullable String availability) {}

  /** Membership granted. */
  @SuppressWarnings("RedundantNullCheck") // empty lists are left out of JSON
  record Joined(
      String nodeId,
      String clusterId,
      String role,
      Sensitive busSecret,
      Sensitive nodeKey,
      List<RemoteManager> managers,
      List<String> members) {
    Joined {
      managers = managers == null ? List.of() : List.copyOf(managers);
      members = members == null ? List.of() : List.copyOf(members);
    }

    /** Whether it says what a member has to know; other servers answer with other JSON. */
    @SuppressWarnings("RedundantNullCheck") // a stranger wrote it
    boolean complete() {
      return nodeId != null
          && clusterId != null
          && role != null
          && busSecret != null
          && nodeKey != null;
    }
  }

  record JoinRefused(@Nullable String message) {}
}
