package dev.skep.conf.bus;

/** The event bus cannot be started; the message says why. */
public final class BusException extends RuntimeException {
  BusException(String message, Throwable cause) {
    super(message, cause);
  }
}
