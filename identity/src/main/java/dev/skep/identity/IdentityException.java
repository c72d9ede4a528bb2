package dev.skep.identity;

import org.jspecify.annotations.Nullable;

/**
 * A certificate, a key or a request cannot be used. The message is for an operator: what could not
 * be done, with which one, why, and what to do.
 */
public final class IdentityException extends RuntimeException {
  /** What is repeated of a stranger's words. */
  private static final int SHOWN_MAX = 128;

  public IdentityException(String message) {
    this(message, null);
  }

  /**
   * @param cause for the log; its message is no part of this one's
   */
  public IdentityException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** What a stranger said, as a message may repeat it: short, and without control characters. */
  static String shown(String text) {
    String start = text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "...";
    return start.replaceAll("[^\\p{Print}]", "?");
  }
}
