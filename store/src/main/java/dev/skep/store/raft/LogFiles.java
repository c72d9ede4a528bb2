package dev.skep.store.raft;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts right, before Ratis reads them, the two things that a crash may leave in its files and that
 * Ratis takes for damage: a purge that was cut short, and a last record that was written in part.
 * What else is wrong is damage, and named.
 *
 * <p>Ratis removes purged segments from the newest to the oldest, so a crash in between leaves a
 * gap. And it writes records into space that it filled with zeros before, so a record written in
 * part has its full length and a wrong checksum.
 */
final class LogFiles {
  private static final Logger LOG = LoggerFactory.getLogger(LogFiles.class);

  private static final Pattern SEGMENT = Pattern.compile("log_(\\d+)-(\\d+)");
  private static final Pattern OPEN_SEGMENT = Pattern.compile("log_inprogress_(\\d+)");
  private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.\\d+_(\\d+)");

  private LogFiles() {}

  /** {@code end} is that of the last entry; for the open segment it is not known. */
  private record Segment(Path path, long start, long end) {
    static final long OPEN = Long.MAX_VALUE;

    boolean open() {
      return end == OPEN;
    }
  }

  /**
   * @param group the directory of the raft group; it need not exist
   */
  static void prepare(Path group) throws IOException {
    if (!Files.isDirectory(group.resolve("current"))) {
      return;
    }
    long snapshot = snapshotIndex(group.resolve("sm"));
    List<Segment> segments = segments(group.resolve("current"));
    while (!segments.isEmpty() && segments.getFirst().end() <= snapshot) {
      Files.delete(segments.removeFirst().path());
    }
    long next = snapshot + 1;
    for (Segment segment : segments) {
      if (segment.start() > next) {
        throw new IOException(
            "the log is damaged: its entries "
                + next
                + " to "
                + (segment.start() - 1)
                + " are missing in "
                + segment.path().getParent());
      }
      next = segment.open() ? next : segment.end() + 1;
    }
    if (!segments.isEmpty() && segments.getLast().open()) {
      cutTornRecord(segments.getLast().path());
    }
  }

  private static long snapshotIndex(Path directory) throws IOException {
    long newest = -1;
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          Matcher name = SNAPSHOT.matcher(file.getFileName().toString());
          if (name.matches() && Files.exists(file.resolveSibling(name.group() + ".md5"))) {
            newest = Math.max(newest, Long.parseLong(name.group(1)));
          }
        }
      }
    }
    return newest;
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
    return segments;
  }

  private static void cutTornRecord(Path segment) throws IOException {
    LogTail tail = LogTail.of(Files.readAllBytes(segment));
    switch (tail) {
      case LogTail.Whole() -> {}
      case LogTail.Torn(long at) -> {
        LOG.atWarn()
            .addKeyValue("file", segment)
            .addKeyValue("at", at)
            .log("the last record of the log was written in part and never acknowledged; dropped");
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
          channel.truncate(at);
          channel.force(true);
        }
      }
      case LogTail.Damaged(long at) ->
          throw new IOException(
              "the log is damaged: the record at byte "
                  + at
                  + " of "
                  + segment
                  + " does not match its checksum, and it was not cut short by a crash."
                  + " Restore the directory from a copy");
    }
  }
}
