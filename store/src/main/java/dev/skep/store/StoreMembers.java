package dev.skep.store;

import dev.skep.store.net.HostPort;
import io.vertx.core.Future;
import java.util.List;

/**
 * The members of a store that several managers keep together. What changes them is asked of the
 * member that leads, and one change is made at a time. A refusal is a {@link MemberException} that
 * changed nothing; after any other failure a change may still come, so look and ask again: each may
 * be asked for twice.
 */
public interface StoreMembers {
  /** Whether a member can be spoken to, as the one that leads sees it. */
  enum Reachability {
    /** Only the member that leads knows about the others. */
    UNKNOWN,
    UNREACHABLE,
    REACHABLE
  }

  /**
   * One of the members.
   *
   * @param id its node's
   * @param address where the others reach it
   * @param leads whether it is known to lead
   */
  record Member(String id, HostPort address, boolean leads, Reachability reachability) {}

  /**
   * The members, by id, as this member knows them. It is not among them itself before it was added
   * and after it was removed.
   */
  List<Member> members();

  /**
   * Adds a member that waits at the address, and succeeds when it has caught up and counts. One
   * that is a member already, at another address, is looked for at this one from now on.
   */
  Future<Void> addMember(String id, HostPort address);

  /**
   * Removes a member; succeeds at once when it is none. Refused for the one that leads, and where
   * too few would be left that can be reached.
   */
  Future<Void> removeMember(String id);

  /** Hands the leadership over to another member; succeeds when that one leads. */
  Future<Void> transferLeadership();
}
