package dev.skep.store.raft.file;

import dev.skep.store.file.AtomicFile;
import dev.skep.store.seal.Seal;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftGroupId;

/**
 * The directory that Ratis keeps for a group: its log, its snapshots, and what it noted of its own.
 * Ratis founds an empty log where it finds none, and waits without an end for entries that are not
 * there; so what it is given is looked at before. Looking changes nothing.
 */
public final class GroupFiles {
  /** The group of the managers, until one of them goes on without the others. */
  public static final RaftGroupId FIRST =
      RaftGroupId.valueOf(UUID.fromString("7c1c3a52-6f0e-4a8e-9d57-5e5a6b8f2d11"));

  /** Ratis's notes and a configuration of one member have a few dozen bytes. */
  private static final long NOTE_BYTES_MAX = 64 * 1024;

  private final Path group;
  private final Path current;
  private final Path snapshots;

  /** Where Ratis keeps its files below a store's directory. */
  public static Path storage(Path directory) {
    return directory.resolve("raft");
  }

  /** Where Ratis keeps the group's files. */
  public static Path in(Path directory) throws IOException {
    return storage(directory).resolve(id(directory).getUuid().toString());
  }

  /** The group whose files lie in a store's directory; the first one where there are none yet. */
  public static RaftGroupId id(Path directory) throws IOException {
    Path storage = storage(directory);
    if (!Files.isDirectory(storage)) {
      return FIRST;
    }
    try (Stream<Path> groups = Files.list(storage)) {
      List<UUID> found = groups.map(Path::getFileName).map(GroupFiles::uuid).toList();
      if (found.size() > 1) {
        throw new IOException(
            "%s holds the files of %d groups; there can be one".formatted(storage, found.size()));
      }
      return found.isEmpty() ? FIRST : RaftGroupId.valueOf(found.getFirst());
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "%s holds what is no group's: %s".formatted(storage, e.getMessage()), e);
    }
  }

  private static UUID uuid(Path name) {
    return UUID.fromString(name.toString());
  }

  GroupFiles(Path group) {
    this.group = group;
    this.current = group.resolve("current");
    this.snapshots = group.resolve("sm");
  }

  /**
   * What keeps the store from being opened is thrown; nothing is changed before or after.
   *
   * @param alone whether the member is the only one, as far as the notes know; the log may know
   *     better
   */
  public record Whole(LogFiles log, SnapshotDigest digest, boolean alone) {
    /** Puts right what a crash may leave. */
    public void repair() throws IOException {
      digest.repair();
      log.repair();
    }
  }

  /**
   * @param memberId whose files these must be
   * @param certain whether that is known already; then the member may be one that the others have
   *     not added yet, or have removed
   * @param joined whether the others made the log; then it may have no entry yet
   * @param last the index of the last entry that is known to have been acknowledged, or {@link
   *     LastEntry#UNKNOWN}
   */
  Whole look(String memberId, boolean certain, boolean joined, long last, Seal seal)
      throws IOException {
    if (!Files.isDirectory(current)) {
      throw new IOException("its log is missing: there is no " + current);
    }
    checkTerm(current.resolve("raft-meta"));
    Optional<GroupMembers> members = GroupMembers.read(members());
    if (members.isPresent() && !certain) {
      members.get().require(memberId);
    }
    boolean alone = members.map(known -> known.only(memberId)).orElse(!joined);
    SnapshotDigest digest = SnapshotDigest.look(snapshots, seal);
    LogFiles log = LogFiles.look(group);
    if (!joined) {
      log.requireSome(last);
    }
    log.requireUpTo(last, alone);
    return new Whole(log, digest, alone);
  }

  private Path members() {
    return current.resolve("raft-meta.conf");
  }

  /**
   * Makes a member the only one of a group that has no other member in common with the one before:
   * what is left of that one cannot talk to it. The log and the snapshots stay. A crash in between
   * leaves a group in which nobody leads; then it is to be done again.
   *
   * @param log as it was looked at and repaired
   */
  public static void goOnAlone(Path directory, String memberId, String address, LogFiles log)
      throws IOException {
    Path before = in(directory);
    Path group = storage(directory).resolve(after(before, memberId, log.end()).toString());
    Files.move(before, group, StandardCopyOption.ATOMIC_MOVE);
    AtomicFile.syncDirectory(storage(directory));
    GroupMembers.write(new GroupFiles(group).members(), memberId, address, log.end() + 1);
  }

  /** Of all groups that came from this one, no other has the id: each goes on at one member. */
  private static UUID after(Path group, String memberId, long lastIndex) {
    String from = "%s %s %d".formatted(group.getFileName(), memberId, lastIndex);
    return UUID.nameUUIDFromBytes(from.getBytes(StandardCharsets.UTF_8));
  }

  private static void checkTerm(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException("its log is not whole: %s is missing".formatted(file));
    }
    requireSmall(file);
    Properties notes = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      notes.load(reader);
      if (Long.parseLong(notes.getProperty("term", "")) < 0) {
        throw new IllegalArgumentException("a negative term");
      }
    } catch (IllegalArgumentException | java.nio.charset.CharacterCodingException e) {
      throw new IOException("its log is not whole: %s names no term".formatted(file), e);
    }
  }

  static void requireSmall(Path file) throws IOException {
    if (Files.size(file) > NOTE_BYTES_MAX) {
      throw new IOException(
          "its log is not whole: %s has %d bytes, more than there can be"
              .formatted(file, Files.size(file)));
    }
  }
}
