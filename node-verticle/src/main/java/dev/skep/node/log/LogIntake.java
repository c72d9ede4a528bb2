package dev.skep.node.log;

import dev.skep.engine.log.LogFrame;
import java.util.ArrayList;
import java.util.List;

/** Log frames that have arrived and are not taken yet. One thread adds, another takes. */
final class LogIntake {
  private final int maxBytes;
  private List<LogFrame> frames = new ArrayList<>();
  private int bytes;

  /**
   * @param maxBytes it is full from this size on, and still keeps what is added after that
   */
  LogIntake(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * @param full run when it is full, to stop the source for now. It runs before the next take, so
   *     the taker can let the source go on
   * @return whether it was empty before, so that the taker has to be told
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
