package dev.skep.conf;

/**
 * When all of the heap is to be collected. Pure; {@link HeapKeeper} looks and acts.
 *
 * @param usedAfter bytes in use after the last time
 * @param worked whether the daemon has worked since it last rested with what it needs
 */
record HeapRule(long usedAfter, boolean worked) {
  /** Of a daemon that starts. */
  static final HeapRule FRESH = new HeapRule(0, false);

  /** Below this there is little to give back. */
  private static final long SMALL_BYTES = 48L * 1024 * 1024;

  /** What may be in use beside twice what was: the young generation, and what is under way. */
  private static final long BUSY_BYTES = 128L * 1024 * 1024;

  /** How the daemon spent its time since that was last looked at. */
  enum Pace {
    /** It was not looked at. */
    UNKNOWN,
    BUSY,
    QUIET
  }

  /**
   * Whether to collect now.
   *
   * @param usedBytes of the heap
   * @param committedBytes that the heap has of the host
   */
  boolean due(Pace pace, long usedBytes, long committedBytes) {
    boolean gives = (worked && committedBytes > SMALL_BYTES) || crept(usedBytes);
    return doubled(usedBytes) || (pace == Pace.QUIET && gives);
  }

  /** After a look that found it due, or not. */
  HeapRule after(Pace pace, boolean due) {
    return switch (pace) {
      case UNKNOWN -> this;
      case BUSY -> new HeapRule(usedAfter, true);
      case QUIET -> new HeapRule(usedAfter, worked && !due);
    };
  }

  /** After a collection that left so many bytes in use. */
  HeapRule collected(long usedBytes) {
    return new HeapRule(usedBytes, worked);
  }

  /** Of a heap that is at work: twice as much is in use as was then. */
  private boolean doubled(long usedBytes) {
    return usedBytes > 2 * usedAfter + BUSY_BYTES;
  }

  /** Of a heap that rests, and has rested since: what is in use has crept up. */
  private boolean crept(long usedBytes) {
    return usedBytes > SMALL_BYTES && usedBytes > usedAfter + Math.max(SMALL_BYTES, usedAfter / 2);
  }
}
