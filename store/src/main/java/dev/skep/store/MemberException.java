package dev.skep.store;

/** A change of a store's members was refused. Nothing was changed. */
public final class MemberException extends RuntimeException {
  /** What stands in the way. */
  public enum Reason {
    /** Ask the member that leads. */
    NOT_LEADER,
    /** Another change is being made; ask again in a while. */
    UNDER_WAY,
    /** Nobody answered at the new member's address. */
    UNREACHABLE,
    /** Those that are left and can be reached would be too few. */
    QUORUM,
    /** It is the only member. */
    LAST,
    /** It leads; the leadership is to be handed over first. */
    LEADS,
    /** There is nobody to hand the leadership over to. */
    NOBODY,
    /** This store cannot have members on other hosts. */
    NO_NETWORK
  }

  private final Reason reason;

  public MemberException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
