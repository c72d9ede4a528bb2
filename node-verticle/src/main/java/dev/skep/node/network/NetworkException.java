package dev.skep.node.network;

/** A driver cannot do what was asked of a network; the message says what, and why. */
public final class NetworkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NetworkException(String message) {
    super(message);
  }
}
