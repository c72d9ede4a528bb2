package dev.skep.store.raft;

import dev.skep.store.raft.file.GroupFiles;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the tests' stores. */
final class Stores {
  private Stores() {}

  static RaftStoreOptions options(Path directory) {
    return new RaftStoreOptions(directory, "c1", "m1", "127.0.0.1", 4242);
  }

  /** Opens the store in the directory, and founds it where there is none. */
  static Future<RaftStore> open(RaftStoreOptions options) {
    return Files.exists(GroupFiles.storage(options.directory()))
        ? RaftStore.open(options)
        : RaftStore.found(options);
  }
}
