package dev.skep.scheduler.allocate;

/** What was asked for, or why there is none. */
public sealed interface Grant<T> {
  record Given<T>(T value) implements Grant<T> {}

  /**
   * @param why one sentence for the one who waits, which says what is exhausted and where
   */
  record Refused<T>(String why) implements Grant<T> {}
}
