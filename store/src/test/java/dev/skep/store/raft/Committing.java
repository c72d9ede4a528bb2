package dev.skep.store.raft;

import dev.skep.store.Samples;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Service;
import dev.skep.store.model.Task;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What the killed process runs: workers that commit without end and print {@code worker count
 * index} for each acknowledged commit. Each commit of a worker counts its service up, moves its
 * task, adds a secret and drops the one before the last; so from the count follows what else there
 * must be.
 */
final class Committing {
  static final int WORKERS = 6;
  static final int NODES = 3;
  static final long SNAPSHOT_INTERVAL = 150;
  static final int KEPT_COMMITS = 50;

  private static final int DATA_BYTES = 20_000;

  private Committing() {}

  static RaftStoreOptions options(Path directory) {
    return Stores.options(directory)
        .withSnapshotInterval(SNAPSHOT_INTERVAL)
        .withKeptCommits(KEPT_COMMITS);
  }

  public static void main(String[] arguments) throws Exception {
    RaftStore store =
        Stores.open(options(Path.of(arguments[0])))
            .toCompletionStage()
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
    System.out.println("open");
    for (int i = 0; i < WORKERS; i++) {
      int worker = i;
      Thread.ofPlatform().start(() -> work(store, worker));
    }
  }

  private static void work(RaftStore store, int worker) {
    for (long count = count(store.state(), worker) + 1; ; count++) {
      Commit commit = store.commit(step(store.state(), worker, count)).await();
      synchronized (Committing.class) {
        System.out.println(worker + " " + count + " " + commit.index());
      }
    }
  }

  static String service(int worker) {
    return "service" + worker;
  }

  static String task(int worker) {
    return "task" + worker;
  }

  static String secret(int worker, long count) {
    return "secret" + worker + "-" + count;
  }

  static String node(long count) {
    return "node" + count % NODES;
  }

  static String data(int worker, long count) {
    return (worker + "." + count + ".").repeat(DATA_BYTES / 8);
  }

  static long count(ClusterState state, int worker) {
    return state
        .service(service(worker))
        .map(s -> s.spec().taskTemplate().forceUpdate())
        .orElse(0L);
  }

  private static Transaction step(ClusterState state, int worker, long count) {
    Transaction.Builder step = Transaction.at(Samples.AT);
    Service service = state.service(service(worker)).orElse(null);
    if (service == null) {
      step.create(counted(Samples.service(service(worker), service(worker)), count));
      step.create(Samples.task(task(worker), service(worker), 1, node(count)));
    } else {
      Task task = state.task(task(worker)).orElseThrow();
      step.update(counted(service, count)).update(task.withNodeId(node(count)));
    }
    step.create(Samples.secret(secret(worker, count), secret(worker, count), data(worker, count)));
    Secret old = state.secret(secret(worker, count - 2)).orElse(null);
    return old == null ? step.build() : step.delete(old).build();
  }

  private static Service counted(Service service, long count) {
    return service.withSpec(
        service.spec().withTaskTemplate(service.spec().taskTemplate().withForceUpdate(count)));
  }
}
