package dev.skep.store.raft.file;

import dev.skep.store.file.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** What is done to the store's files before a log is opened again that could not be written. */
public final class Reopening {
  /** The first try; each one after it waits twice as long. */
  public static final long FIRST_MILLIS = 1_000;

  /** A disk that has room again is found so soon, and one that never has is hardly touched. */
  public static final long LONGEST_MILLIS = 15_000;

  /**
   * So much room there must be before the log is opened again: two segments to be copied, one to be
   * begun, and then some, so that it does not stop again at once.
   */
  public static final int ROOM_BYTES = 8 * 1024 * 1024;

  private static final int CHUNK_BYTES = 256 * 1024;

  /** The open segment, and the one that was closed just before. */
  private static final int COPIED_SEGMENTS = 2;

  private Reopening() {}

  /** Writes and removes a file. Throws IOException when the disk does not take it. */
  public static void requireRoom(Path directory) throws IOException {
    Path probe = directory.resolve("room-probe");
    try (FileChannel channel =
        FileChannel.open(
            probe,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      for (int written = 0; written < ROOM_BYTES; ) {
        written += channel.write(chunk.clear());
      }
      channel.force(true);
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /**
   * Writes the log's last segments once more. After a sync that failed the kernel holds what was
   * written and takes it for synced, though the disk does not have it; reading it back would not
   * show that.
   */
  public static void copyLastSegments(Path group) throws IOException {
    List<LogFiles.Segment> segments = LogFiles.look(group).segments();
    for (LogFiles.Segment segment :
        segments.subList(Math.max(0, segments.size() - COPIED_SEGMENTS), segments.size())) {
      AtomicFile.write(segment.path(), Files.readAllBytes(segment.path()));
    }
  }
}
