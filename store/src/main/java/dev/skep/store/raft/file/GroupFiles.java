package dev.skep.store.raft.file;

import dev.skep.store.seal.Seal;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.UUID;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;

/**
 * The directory that Ratis keeps for a group: its log, its snapshots, and what it noted of its own.
 * Ratis founds an empty log where it finds none, and waits without an end for entries that are not
 * there; so what it is given is looked at before. Looking changes nothing.
 */
public final class GroupFiles {
  /** The one group there is: that of the managers. */
  public static final RaftGroupId ID =
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
  public static Path in(Path directory) {
    return storage(directory).resolve(ID.getUuid().toString());
  }

  GroupFiles(Path group) {
    this.group = group;
    this.current = group.resolve("current");
    this.snapshots = group.resolve("sm");
  }

  /** What keeps the store from being opened is thrown; nothing is changed before or after. */
  public record Whole(LogFiles log, SnapshotDigest digest) {
    /** Puts right what a crash may leave. */
    public void repair() throws IOException {
      digest.repair();
      log.repair();
    }
  }

  /**
   * @param memberId whose files these must be
   * @param last the index of the last entry that is known to have been acknowledged, or {@link
   *     LastEntry#UNKNOWN}
   */
  Whole look(String memberId, long last, Seal seal) throws IOException {
    if (!Files.isDirectory(current)) {
      throw new IOException("its log is missing: there is no " + current);
    }
    checkTerm(current.resolve("raft-meta"));
    boolean alone = checkMember(current.resolve("raft-meta.conf"), memberId);
    SnapshotDigest digest = SnapshotDigest.look(snapshots, seal);
    LogFiles log = LogFiles.look(group);
    log.requireUpTo(last, alone);
    return new Whole(log, digest);
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

  /**
   * Where the file is missing, Ratis reads the members from the log.
   *
   * @return whether there is no other member
   */
  private static boolean checkMember(Path file, String memberId) throws IOException {
    if (!Files.exists(file)) {
      return true;
    }
    requireSmall(file);
    try {
      LogEntryProto entry = LogEntryProto.parseFrom(Files.readAllBytes(file));
      var members =
          entry.getConfigurationEntry().getPeersList().stream()
              .map(RaftPeerProto::getId)
              .map(id -> id.toStringUtf8())
              .toList();
      if (members.isEmpty()) {
        throw new IOException("its log is not whole: %s names no member".formatted(file));
      }
      if (!members.contains(memberId)) {
        throw new IOException("it belongs to the members " + members + ", not to " + memberId);
      }
      return members.size() == 1;
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("its log is not whole: %s is damaged".formatted(file), e);
    }
  }

  private static void requireSmall(Path file) throws IOException {
    if (Files.size(file) > NOTE_BYTES_MAX) {
      throw new IOException(
          "its log is not whole: %s has %d bytes, more than there can be"
              .formatted(file, Files.size(file)));
    }
  }
}
