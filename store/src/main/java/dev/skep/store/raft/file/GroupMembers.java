package dev.skep.store.raft.file;

import dev.skep.store.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;

/**
 * Who is a member of the group, as Ratis noted it beside the log. The log may hold later changes
 * that are not known to be committed, and Ratis goes by the last one of either.
 *
 * @param ids of all members, learners and those on their way out included
 */
record GroupMembers(List<String> ids) {
  /** The members in Ratis's note; absent where there is none. */
  static Optional<GroupMembers> read(Path note) throws IOException {
    if (!Files.exists(note)) {
      return Optional.empty();
    }
    GroupFiles.requireSmall(note);
    try {
      RaftConfigurationProto members =
          LogEntryProto.parseFrom(Files.readAllBytes(note)).getConfigurationEntry();
      List<String> ids =
          Stream.of(
                  members.getPeersList(),
                  members.getListenersList(),
                  members.getOldPeersList(),
                  members.getOldListenersList())
              .flatMap(List::stream)
              .map(RaftPeerProto::getId)
              .map(ByteString::toStringUtf8)
              .distinct()
              .toList();
      if (ids.isEmpty()) {
        throw new IOException("its log is not whole: %s names no member".formatted(note));
      }
      return Optional.of(new GroupMembers(ids));
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("its log is not whole: %s is damaged".formatted(note), e);
    }
  }

  /**
   * Names one member in place of all others.
   *
   * @param index of the entry in the log that would say so; later than any there is
   */
  static void write(Path note, String memberId, String address, long index) throws IOException {
    RaftPeerProto only =
        RaftPeerProto.newBuilder()
            .setId(ByteString.copyFromUtf8(memberId))
            .setAddress(address)
            .build();
    LogEntryProto entry =
        LogEntryProto.newBuilder()
            .setIndex(index)
            .setConfigurationEntry(RaftConfigurationProto.newBuilder().addPeers(only))
            .build();
    AtomicFile.write(note, entry.toByteArray());
  }

  void require(String memberId) throws IOException {
    if (!ids.contains(memberId)) {
      throw new IOException("it belongs to the members " + ids + ", not to " + memberId);
    }
  }

  boolean only(String memberId) {
    return ids.equals(List.of(memberId));
  }
}
