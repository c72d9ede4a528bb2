package dev.skep.conf.control;

/** What came first on a connection is not what the control port takes; the message says why. */
final class RefusedHello extends Exception {
  RefusedHello(String message) {
    super(message);
  }

  RefusedHello(String message, Throwable cause) {
    super(message, cause);
  }
}
