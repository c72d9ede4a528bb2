package dev.skep.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.model.Kind;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.json.Json;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import dev.skep.testkit.Await;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store that is tested, and what tests of stores ask again and again. */
public abstract class StoreUnderTest {
  /**
   * What is to happen is waited for so long at most: on a machine that is busy with other things,
   * seconds become a minute.
   */
  protected static final long WAIT_SECONDS = 180;

  protected Store store;

  /** A new store with nothing in it, whose member leads. */
  protected abstract Store open() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeStore() throws Exception {
    Await.result(store.close());
  }

  protected Commit commit(Transaction.Builder transaction) throws Exception {
    return Await.result(store.commit(transaction.build()));
  }

  protected Refusal refusal(Transaction.Builder transaction) throws Exception {
    try {
      Commit commit = commit(transaction);
      throw new AssertionError("not refused but committed at " + commit.index());
    } catch (StoreException e) {
      return e.refusal();
    }
  }

  protected static Transaction.Builder now() {
    return Transaction.at(Samples.AT);
  }

  protected Service stored(String serviceId) {
    return store.state().service(serviceId).orElseThrow();
  }

  /** Hands each commit from now on to {@code watcher}. */
  protected Store.Watch watch(Consumer<Commit> watcher) {
    return watch(store.state().index(), watcher);
  }

  /** Hands each commit after an index to {@code watcher}. */
  protected Store.Watch watch(long afterIndex, Consumer<Commit> watcher) {
    return store.follow(
        afterIndex,
        new StoreListener() {
          @Override
          public void commit(Commit commit) {
            watcher.accept(commit);
          }

          @Override
          public void reset(ClusterState state) {
            throw new IllegalStateException("commits are missing up to " + state.index());
          }
        });
  }

  protected static List<String> ids(java.util.Collection<? extends SwarmObject> objects) {
    return objects.stream().map(SwarmObject::id).sorted().toList();
  }

  /** Fails unless the two snapshots are alike in everything that can be asked of them. */
  protected static void assertSame(ClusterState actual, ClusterState expected) {
    assertThat(actual.index()).isEqualTo(expected.index());
    for (Kind kind : Kind.values()) {
      assertThat(actual.writtenAt(kind))
          .as("%s written at", kind)
          .isEqualTo(expected.writtenAt(kind));
      assertThat(sorted(actual, kind)).isEqualTo(sorted(expected, kind));
      for (SwarmObject object : expected.all(kind)) {
        if (kind.uniqueNames()) {
          assertThat(actual.named(kind, object.name())).isEqualTo(Optional.of(object));
        }
      }
    }
    assertThat(actual.ids()).isEqualTo(expected.ids());
    assertThat(actual.tasksByService()).isEqualTo(expected.tasksByService());
    assertThat(actual.tasksByNode()).isEqualTo(expected.tasksByNode());
  }

  private static List<String> sorted(ClusterState state, Kind kind) {
    Stream<SwarmObject> objects = state.all(kind).stream();
    return objects.map(Json::stored).sorted().toList();
  }
}
