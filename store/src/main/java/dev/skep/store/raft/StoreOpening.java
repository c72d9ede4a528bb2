package dev.skep.store.raft;

import dev.skep.store.file.AtomicFile;
import dev.skep.store.raft.file.DirectoryLock;
import dev.skep.store.raft.file.GroupFiles;
import dev.skep.store.raft.file.LastEntry;
import dev.skep.store.raft.file.LogFiles;
import dev.skep.store.raft.file.StoreFiles;
import dev.skep.store.raft.transport.Transport;
import dev.skep.store.replica.Replica;
import dev.skep.store.seal.ClusterKey;
import dev.skep.store.seal.Seal;
import dev.skep.store.state.ClusterState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.apache.ratis.protocol.RaftGroupId;
import org.jspecify.annotations.Nullable;

/** How a store comes to run in its directory: founded, joined or opened. What it does blocks. */
final class StoreOpening {
  private StoreOpening() {}

  static RaftStore found(
      RaftStoreOptions options, ClusterKey key, @Nullable Transport network, List<String> founders)
      throws IOException {
    Path directory = options.directory();
    DirectoryLock lock = DirectoryLock.take(directory);
    try {
      Seal seal = StoreFiles.found(directory, options.owner(), key);
      return start(
          options, GroupFiles.FIRST, founders, seal, lock, network, founders.size() == 1, true);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw unusable("found", directory, e);
    }
  }

  static RaftStore join(RaftStoreOptions options, StoreInvitation invitation, Transport network)
      throws IOException {
    Path directory = options.directory();
    DirectoryLock lock = DirectoryLock.take(directory);
    try {
      RaftGroupId group = RaftGroupId.valueOf(UUID.fromString(invitation.group()));
      Seal seal = StoreFiles.join(directory, options.owner(), ClusterKey.of(invitation.key()));
      return start(options, group, List.of(), seal, lock, network, false, true);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw unusable("join", directory, e);
    }
  }

  static RaftStore open(
      RaftStoreOptions options, @Nullable Transport network, boolean withoutOthers)
      throws IOException {
    Path directory = options.directory();
    try {
      if (!DirectoryLock.known(directory)) {
        var _ =
            StoreFiles.look(
                options.directory(),
                options.owner()); // the lock's file is made only where there is a store
      }
    } catch (IOException e) {
      throw unusable("open", directory, e);
    }
    DirectoryLock lock = DirectoryLock.take(directory);
    try {
      StoreFiles files = StoreFiles.look(options.directory(), options.owner());
      files.group().repair();
      if (withoutOthers) {
        GroupFiles.goOnAlone(
            directory,
            options.memberId(),
            options.address(),
            LogFiles.look(GroupFiles.in(directory)));
      }
      List<String> founders = files.joined() ? List.of() : List.of(options.memberId());
      return start(
          options,
          GroupFiles.id(directory),
          founders,
          files.seal(),
          lock,
          network,
          withoutOthers || files.group().alone(),
          !files.marked());
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw unusable("open", directory, e);
    }
  }

  private static IOException unusable(String verb, Path directory, Exception e) {
    return new IOException(
        "cannot %s the store in %s: %s".formatted(verb, directory, e.getMessage()), e);
  }

  private static RaftStore start(
      RaftStoreOptions options,
      RaftGroupId group,
      List<String> founders,
      Seal seal,
      DirectoryLock lock,
      @Nullable Transport network,
      boolean alone,
      boolean mark)
      throws IOException {
    LastEntry lastEntry = LastEntry.open(options.directory());
    try {
      Replica replica = new Replica(ClusterState.EMPTY, options.limits(), options.keptCommits());
      StoreParts parts = new StoreParts(options, group, founders, replica, lastEntry, seal);
      MemberRuns runs = MemberRuns.start(parts, network, alone);
      if (mark) {
        mark(options, runs);
      }
      runs.follow();
      return new RaftStore(parts, lock, runs);
    } catch (IOException | RuntimeException e) {
      lastEntry.close();
      throw e;
    }
  }

  /** Says whose the directory is; all that a store needs is there from then on. */
  private static void mark(RaftStoreOptions options, MemberRuns runs) throws IOException {
    try {
      Path directory = options.directory();
      for (Path made = GroupFiles.in(directory);
          made != null && made.startsWith(directory);
          made = made.getParent()) {
        AtomicFile.syncDirectory(made);
      }
      options.owner().write(directory);
    } catch (IOException e) {
      runs.close();
      throw e;
    }
  }
}
