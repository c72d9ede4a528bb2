package dev.skep.store.raft;

import dev.skep.store.Leadership;
import dev.skep.store.Samples;
import dev.skep.store.Store;
import dev.skep.store.StoreFailure;
import dev.skep.store.StoreListener;
import dev.skep.store.model.Kind;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Commits until a file may not grow any more, and prints what became of each commit and of the
 * store: {@code acknowledged id}, {@code failed message}. With a second argument it then waits for
 * the store to come back, and commits again.
 */
final class Filling {
  private static final int AT_ONCE = 4;
  private static final int DATA_BYTES = 100_000;
  private static final int COMMITS_MAX = 1_000;
  private static final String GONE = "gone";

  private Filling() {}

  /** The indexes of the commits that were told. */
  private static class Following implements StoreListener {
    final List<Long> watched = new CopyOnWriteArrayList<>();

    @Override
    public void commit(Commit commit) {
      watched.add(commit.index());
    }

    @Override
    public void reset(ClusterState state) {
      // the first state; a group of one takes over no snapshot of another's
    }
  }

  public static void main(String[] arguments) throws Exception {
    RaftStore store = get(Stores.open(Stores.options(Path.of(arguments[0]))));
    store.follow(
        new Following() {
          @Override
          public void leadership(Leadership now) {
            System.out.println("leader " + now.here());
          }
        });
    removed(store);
    boolean failed = false;
    for (int i = 0; i < COMMITS_MAX && !failed; i += AT_ONCE) {
      failed = commits(store, i);
    }
    commits(store, COMMITS_MAX);
    if (arguments.length > 1) {
      awaitBack(store);
    }
    get(store.close());
    System.out.println("closed");
    System.exit(0);
  }

  /**
   * What was removed must not come back with what is read of the log again: its removal depends on
   * a state that is long past.
   */
  private static void removed(Store store) throws Exception {
    get(store.commit(Transaction.at(Samples.AT).create(Samples.secret(GONE, GONE, "x")).build()));
    get(
        store.commit(
            Transaction.at(Samples.AT)
                .unchanged(Kind.SERVICE, store.state())
                .delete(store.state().secret(GONE).orElseThrow())
                .build()));
    get(store.commit(Transaction.at(Samples.AT).create(Samples.service("web", "web")).build()));
  }

  /** Waits until the store takes commits again, and makes some. */
  private static void awaitBack(Store store) throws Exception {
    CountDownLatch back = new CountDownLatch(1);
    Following following =
        new Following() {
          @Override
          public void leadership(Leadership now) {
            if (now.here()) {
              back.countDown();
            }
          }
        };
    store.follow(store.state().index(), following);
    long known = store.state().index();
    System.out.println("failure " + store.failure().isPresent());
    System.out.println("back " + back.await(60, TimeUnit.SECONDS));
    commits(store, COMMITS_MAX + AT_ONCE);
    System.out.println("failure " + store.failure().isPresent());
    List<Long> watched = following.watched;
    boolean inOrder = watched.equals(watched.stream().sorted().distinct().toList());
    System.out.println("watched " + (inOrder && watched.getFirst() > known));
    System.out.println("removed " + store.state().secret(GONE).isEmpty());
  }

  private static boolean commits(Store store, int from) throws Exception {
    List<Future<?>> all = new ArrayList<>();
    for (int i = from; i < from + AT_ONCE; i++) {
      String id = "secret" + i;
      all.add(
          store
              .commit(
                  Transaction.at(Samples.AT)
                      .create(Samples.secret(id, id, "x".repeat(DATA_BYTES)))
                      .build())
              .map(commit -> "acknowledged " + id)
              .otherwise(Filling::told)
              .onSuccess(System.out::println));
    }
    get(Future.join(all));
    return !store.leadership().here();
  }

  private static String told(Throwable failure) {
    return failure instanceof StoreFailure
        ? "failed " + failure.getMessage()
        : "unexpected " + failure;
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
