package dev.skep.store.raft.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ratis's log as it lies on the disk. Puts right, before Ratis reads them, the two things that a
 * crash may leave in its files and that Ratis takes for damage: a purge that was cut short, and a
 * last record that was written in part. What else is wrong is damage, and named.
 *
 * <p>Ratis removes purged segments from the newest to the oldest, so a crash in between leaves a
 * gap. And it writes records into space that it filled with zeros before, so a record written in
 * part has its full length and a wrong checksum.
 *
 * @param segments in order
 * @param snapshot the index of the newest snapshot, or -1; entries up to it need not be there
 * @param finished the same, of the newest snapshot whose checksum was written too
 * @param tail of the open segment; whole and empty when there is none
 * @param end the index of the last entry; that of the snapshot when there is no segment
 */
public record LogFiles(
    Path directory, List<Segment> segments, long snapshot, long finished, LogTail tail, long end) {
  private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);

  private static final Pattern SEGMENT = Pattern.compile("log_(\\d+)-(\\d+)");
  private static final Pattern OPEN_SEGMENT = Pattern.compile("log_inprogress_(\\d+)");
  private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.\\d+_(\\d+)");

  /** {@code end} is that of the last entry; for the open segment it is not known. */
  public record Segment(Path path, long start, long end) {
    static final long OPEN = Long.MAX_VALUE;

    boolean open() {
      return end == OPEN;
    }
  }

  /**
   * Looks, and changes nothing. Throws IOException when entries are missing between the snapshot
   * and the end, or the last ones are damaged.
   *
   * @param group the directory of the raft group
   */
  public static LogFiles look(Path group) throws IOException {
    Path directory = group.resolve("current");
    Path snapshots = group.resolve("sm");
    List<Segment> segments = segments(directory);
    Optional<Path> newest = newestSnapshot(snapshots);
    long snapshot = newest.map(LogFiles::snapshotIndex).orElse(-1L);
    long finished =
        snapshots(snapshots).stream()
            .filter(file -> Files.exists(SnapshotDigest.of(file)))
            .mapToLong(LogFiles::snapshotIndex)
            .max()
            .orElse(-1);
    LogTail tail =
        !segments.isEmpty() && segments.getLast().open()
            ? tail(segments.getLast().path())
            : new LogTail.Whole(0);
    long end = requireWithoutGaps(directory, segments, snapshot, tail);
    return new LogFiles(directory, segments, snapshot, finished, tail, end);
  }

  /** Returns the index of the last entry. */
  private static long requireWithoutGaps(
      Path directory, List<Segment> segments, long snapshot, LogTail tail) throws IOException {
    long next = snapshot + 1;
    for (Segment segment : segments) {
      if (segment.end() <= snapshot) {
        continue;
      }
      if (segment.start() > next) {
        throw new IOException(
            "the log is damaged: its entries %d to %d are missing in %s"
                .formatted(next, segment.start() - 1, directory));
      }
      // An open segment may lie before a snapshot that another member sent.
      next = Math.max(next, segment.open() ? segment.start() + records(tail) : segment.end() + 1);
    }
    if (segments.isEmpty()) {
      return snapshot;
    }
    Segment last = segments.getLast();
    return last.open() ? last.start() + records(tail) - 1 : last.end();
  }

  private static int records(LogTail tail) {
    return switch (tail) {
      case LogTail.Whole(int records) -> records;
      case LogTail.Torn(long _, int records) -> records;
      case LogTail.Damaged _ -> 0;
    };
  }

  /** Throws IOException when there is no log at all. */
  void requireSome(long last) throws IOException {
    if (segments.isEmpty() && last == LastEntry.UNKNOWN) {
      throw new IOException("its log is missing: there is no segment of it in " + directory);
    }
  }

  /**
   * Throws IOException when the log ends too early: before its own snapshot, or before an entry
   * that was acknowledged.
   *
   * @param last the index of that entry, or {@link LastEntry#UNKNOWN}
   * @param alone whether the group has one member; a snapshot that another one sent goes beyond the
   *     log
   */
  void requireUpTo(long last, boolean alone) throws IOException {
    if (end < last) {
      throw new IOException(
          "its log in %s ends with entry %d, and the last one that was acknowledged is %d: entries are missing"
              .formatted(directory, end, last));
    }
    if (alone && end < snapshot) {
      throw new IOException(
          "its log in %s ends with entry %d, before its own snapshot of entry %d: entries are missing"
              .formatted(directory, end, snapshot));
    }
  }

  /** Finishes a purge, and cuts off a record that was never acknowledged. */
  void repair() throws IOException {
    for (Segment segment : segments.subList(0, Math.max(0, segments.size() - 1))) {
      if (segment.end() <= finished) {
        Files.delete(segment.path());
      }
    }
    if (tail instanceof LogTail.Torn(long at, int _)) {
      Path open = segments.getLast().path();
      LOG.atWarn()
          .addKeyValue("file", open)
          .addKeyValue("at", at)
          .log("the last record of the log was written in part and never acknowledged; dropped");
      try (FileChannel channel = FileChannel.open(open, StandardOpenOption.WRITE)) {
        channel.truncate(at);
        channel.force(true);
      }
    }
  }

  public static Optional<Path> newestSnapshot(Path directory) throws IOException {
    return snapshots(directory).stream().max(Comparator.comparingLong(LogFiles::snapshotIndex));
  }

  private static List<Path> snapshots(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (SNAPSHOT.matcher(file.getFileName().toString()).matches()) {
          found.add(file);
        }
      }
    }
    return found;
  }

  private static long snapshotIndex(Path file) {
    Matcher name = SNAPSHOT.matcher(String.valueOf(file.getFileName()));
    return name.matches() ? Long.parseLong(name.group(1)) : -1;
  }

  private static List<Segment> segments(Path directory) throws IOException {
    List<Segment> segments = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher closed = SEGMENT.matcher(file.getFileName().toString());
        Matcher open = OPEN_SEGMENT.matcher(file.getFileName().toString());
        if (closed.matches()) {
          long start = Long.parseLong(closed.group(1));
          segments.add(new Segment(file, start, Long.parseLong(closed.group(2))));
        } else if (open.matches()) {
          segments.add(new Segment(file, Long.parseLong(open.group(1)), Segment.OPEN));
        }
      }
    }
    segments.sort(Comparator.comparingLong(Segment::start));
    return List.copyOf(segments);
  }

  private static LogTail tail(Path segment) throws IOException {
    LogTail tail = LogTail.of(Files.readAllBytes(segment));
    if (tail instanceof LogTail.Damaged(long at)) {
      throw new IOException(
          "the log is damaged: the record at byte %d of %s does not match its checksum, and it was not cut short by a crash"
              .formatted(at, segment));
    }
    return tail;
  }
}
