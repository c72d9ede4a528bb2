package dev.skep.ingress.socket;

import java.util.Locale;

/**
 * What the operating system says against a call, as users read it within a sentence: without the
 * call and its number, in lower case.
 */
public final class SystemWords {
  private SystemWords() {}

  /**
   * {@code address already in use} of {@code bind(..) failed with error(-98): Address already …}.
   */
  public static String of(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    String words = message.substring(message.lastIndexOf(": ") + 1).strip();
    return words.isEmpty()
        ? message
        : words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1);
  }
}
