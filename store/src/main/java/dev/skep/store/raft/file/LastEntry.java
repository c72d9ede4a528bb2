package dev.skep.store.raft.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file beside the log with the index of the last entry that was acknowledged, so that a log that
 * lost its end is known as such. It is written in place and without a sync of its own: it outlives
 * the process, and after the loss of power it may name an earlier entry, which only makes it less
 * sharp. It never names one that was not synced.
 */
public final class LastEntry implements AutoCloseable {
  /** What is known when nothing is: every log reaches so far. */
  static final long UNKNOWN = -1;

  private static final Logger LOG = LoggerFactory.getLogger(LastEntry.class);
  private static final String FILE = "last-entry";

  /** As many digits as a long may have: what is written has always one length. */
  private static final int DIGITS = 19;

  private final Path file;
  private final FileChannel channel;
  private volatile long index;
  private boolean failing;

  private LastEntry(Path file, FileChannel channel, long index) {
    this.file = file;
    this.channel = channel;
    this.index = index;
  }

  /** Reads without touching anything. */
  public static long read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file) || Files.size(file) < DIGITS) {
      return UNKNOWN;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer digits = ByteBuffer.allocate(DIGITS);
      while (digits.hasRemaining() && channel.read(digits) >= 0) {
        // on to the next byte
      }
      return Long.parseLong(new String(digits.array(), StandardCharsets.US_ASCII));
    } catch (NumberFormatException e) {
      return UNKNOWN; // as a disk may leave it that lost power
    }
  }

  public static LastEntry open(Path directory) throws IOException {
    long known = read(directory);
    Path file = directory.resolve(FILE);
    return new LastEntry(
        file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE), known);
  }

  /** Takes note that an entry was synced and applied. Of one thread at a time. */
  public void applied(long entry) {
    if (entry <= index) {
      return;
    }
    index = entry;
    String number = Long.toString(entry);
    String digits = "0".repeat(DIGITS - number.length()) + number + "\n";
    try {
      channel.write(ByteBuffer.wrap(digits.getBytes(StandardCharsets.US_ASCII)), 0);
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        LOG.atWarn()
            .addKeyValue("file", file)
            .addKeyValue("reason", e.toString())
            .log("cannot note the last entry of the log; a log that lost its end may go unnoticed");
      }
      failing = true;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
