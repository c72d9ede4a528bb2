package dev.skep.store.membership;

/** Founding, joining or leaving a swarm was refused. */
public final class MembershipException extends RuntimeException {
  private final int status;

  /**
   * @param status the HTTP status that the Engine API gives for it
   */
  public MembershipException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
