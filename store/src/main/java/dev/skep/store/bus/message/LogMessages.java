package dev.skep.store.bus.message;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task's log, pulled from its node: the reader opens a stream and asks for the next lines one
 * request at a time, so a slow reader slows the source, and a lost message is asked for again.
 */
public final class LogMessages {
  /** Bytes of lines in one answer at most, about. */
  public static final int CHUNK_BYTES = 64 * 1024;

  /** How long a request for lines waits for the first one before it is answered with none. */
  public static final long POLL_MILLIS = 2_000;

  /** A stream nobody asked of for so long is closed by its node. */
  public static final long ABANDONED_MILLIS = 30_000;

  private LogMessages() {}

  /**
   * @param follow keep the stream open while the container runs
   * @param tail lines from the end; absent for all
   * @param since lines from this instant on; absent for all
   * @param until lines before this instant; absent for all
   */
  public record OpenLogs(
      String taskId,
      boolean stdout,
      boolean stderr,
      boolean follow,
      @Nullable Integer tail,
      @Nullable Instant since,
      @Nullable Instant until) {}

  /**
   * @param tty whether the container has a terminal: its lines carry no stream
   */
  public record LogsOpened(String streamId, boolean tty) {}

  /**
   * @param sequence which answer is wanted, from 0; asking for the last one again repeats it
   */
  public record NextLogs(String streamId, long sequence) {}

  /**
   * @param end whether no more lines will come
   */
  @SuppressWarnings("RedundantNullCheck")
  public record LogLines(long sequence, List<LogLine> lines, boolean end) {
    public LogLines {
      lines = lines == null ? List.of() : List.copyOf(lines);
    }
  }

  /**
   * @param stream 1 for stdout, 2 for stderr
   * @param timestamp the engine's own text: RFC 3339 with nanoseconds
   * @param attributes of the container's log options, such as labels and env
   * @param data the line with its line end; for a terminal, bytes as they came
   */
  @SuppressWarnings({
    "RedundantNullCheck",
    "ArrayRecordComponent"
  }) // bytes on their way, never compared
  public record LogLine(int stream, String timestamp, Map<String, String> attributes, byte[] data) {
    public LogLine {
      attributes = attributes == null ? Map.of() : Map.copyOf(attributes);
      data = data == null ? new byte[0] : data;
    }
  }

  public record CloseLogs(String streamId) {}
}
