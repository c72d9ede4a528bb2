package dev.skep.conf.swarm;

import dev.skep.store.Store;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.NodeKeys;
import dev.skep.store.bus.message.AgentMessages.Leave;
import dev.skep.store.bus.message.AgentMessages.Left;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.raft.RaftStore;
import dev.skep.store.raft.RaftStoreOptions;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes members whose store is real, on the disk, and that have no other parts. */
final class FakeMaker implements SwarmParts.Maker {
  private final Vertx vertx;
  private final Path dataDir;

  /** What is told of each step before it is taken. */
  interface Steps {
    void before(String step) throws IOException;
  }

  private final Steps steps;
  final List<Identity> started = new ArrayList<>();

  FakeMaker(Vertx vertx, Path dataDir, Steps steps) {
    this.vertx = vertx;
    this.dataDir = dataDir;
    this.steps = steps;
  }

  @Override
  public SwarmParts start(Identity identity, @Nullable Transaction founding) throws IOException {
    started.add(identity);
    RunningParts parts = new RunningParts(identity.nodeId());
    try {
      Bus bus = new Bus(vertx.eventBus(), NodeKeys.own(identity.nodeId(), identity.nodeKey()));
      parts.bus(bus);
      MessageConsumer<?> leave =
          bus.answer(
              Addresses.leave(identity.nodeId()),
              Leave.class,
              asked -> Future.succeededFuture(new Left(0)));
      parts.stopBy(leave::unregister);
      parts.session(Future.succeededFuture());
      if (identity.role().equals(NodeSpec.MANAGER)) {
        RaftStoreOptions where =
            new RaftStoreOptions(
                storeDirectory(), identity.clusterId(), identity.nodeId(), "127.0.0.1", 1);
        steps.before(founding == null ? "open the store" : "found the store");
        Store store = (founding == null ? RaftStore.open(where) : RaftStore.found(where)).await();
        parts.store(store);
        parts.stopBy(store::close);
        if (founding != null) {
          steps.before("commit the founding");
          store.commit(founding).await();
        }
      }
      steps.before("start the parts");
      return parts;
    } catch (Exception e) {
      parts.stop();
      throw e;
    }
  }

  @Override
  public void requireFree(String address) {
    // there is no bus
  }

  @Override
  public boolean reachable(Identity identity) {
    return false;
  }

  @Override
  public Future<Integer> removeOwn(Identity identity) {
    return Future.succeededFuture(0);
  }

  @Override
  public String hostname() {
    return "host";
  }

  @Override
  public Path storeDirectory() {
    return dataDir.resolve("store");
  }

  @Override
  public void forget() throws IOException {
    Path store = storeDirectory();
    if (!Files.exists(store)) {
      return;
    }
    try (Stream<Path> files = Files.walk(store)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        steps.before("remove " + file.getFileName());
        Files.delete(file);
      }
    }
  }
}
