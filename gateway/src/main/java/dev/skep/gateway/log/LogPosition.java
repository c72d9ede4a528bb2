package dev.skep.gateway.log;

import dev.skep.store.bus.message.LogMessages.LogLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the reading of a log came: the time of its last line, and how many lines had that very
 * time. A log can be read again from a time on only; what was seen of it is left out then.
 */
final class LogPosition {
  private String last = "";
  private int seenAtLast;

  /** Lines of that time that come again. */
  private int again;

  boolean begun() {
    return !last.isEmpty();
  }

  /** From where to read on; what was seen of that time comes again. */
  @Nullable Instant at() {
    again = seenAtLast;
    return begun() ? Instant.parse(last) : null;
  }

  /** The lines without those that were seen before. */
  List<LogLine> unseen(List<LogLine> lines) {
    List<LogLine> unseen = new ArrayList<>();
    for (LogLine line : lines) {
      int order = line.timestamp().compareTo(last);
      if (order == 0 && again > 0) {
        again--;
      } else {
        unseen.add(line);
        note(line.timestamp(), order);
      }
    }
    return unseen;
  }

  /** Lines of two streams may have changed places; the latest time counts. */
  private void note(String timestamp, int order) {
    if (order == 0 && begun()) {
      seenAtLast++;
    } else if (order > 0) {
      last = timestamp;
      seenAtLast = 1;
      again = 0;
    }
  }
}
