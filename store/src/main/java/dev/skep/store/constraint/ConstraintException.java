package dev.skep.store.constraint;

/** A constraint that cannot be read; the message is the Engine API's. */
public final class ConstraintException extends RuntimeException {
  public ConstraintException(String message) {
    super(message, null, false, false);
  }
}
