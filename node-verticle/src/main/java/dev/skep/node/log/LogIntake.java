package dev.skep.node.log;

import dev.skep.engine.log.LogFrame;
import java.util.ArrayList;
import java.util.List;

/** What came of a log and was not taken yet: one thread adds, another takes. */
final class LogIntake {
  private final int maxBytes;
  private List<LogFrame> frames = new ArrayList<>();
  private int bytes;

  /**
   * @param maxBytes from which on it is full; what is added then is kept nevertheless
   */
  LogIntake(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * @param full run when no more is to come for now; always before the next taking, so that who
   *     takes can undo it
   * @return whether there was nothing to take before: somebody is to be told
   */
  synchronized boolean add(List<LogFrame> more, Runnable full) {
    boolean first = frames.isEmpty() && !more.isEmpty();
    frames.addAll(more);
    for (LogFrame frame : more) {
      bytes += frame.payload().length();
    }
    if (bytes >= maxBytes) {
      full.run();
    }
    return first;
  }

  synchronized List<LogFrame> take() {
    List<LogFrame> taken = frames;
    frames = new ArrayList<>();
    bytes = 0;
    return taken;
  }
}
