package dev.skep.store.bus;

/**
 * What a consumer answers when it cannot do what was asked, and what {@link Bus#request} fails
 * with. The codes follow HTTP's, so that the gateway can pass them on.
 */
public final class BusFailure extends RuntimeException {
  public static final int BAD_REQUEST = 400;

  /** Only those who know the key of the node that it concerns may say this. */
  public static final int FORBIDDEN = 403;

  public static final int NOT_FOUND = 404;

  /** The sender's session is unknown: open a new one. */
  public static final int NO_SESSION = 410;

  /** An incremental message does not follow the last one taken: send everything. */
  public static final int GAP = 409;

  /** A bug in the consumer; the message names it. */
  public static final int BUG = 500;

  /** Nobody listens at the address. */
  public static final int NO_LISTENER = 503;

  /** No answer within the time; the request may or may not have been acted on. */
  public static final int TIMEOUT = 504;

  private final int code;

  public BusFailure(int code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  public int code() {
    return code;
  }
}
