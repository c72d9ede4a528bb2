package dev.skep.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.model.Kind;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.testkit.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every store tells when a snapshot takes the place of commits that it never saw. A store's
 * own test says how it comes to be so far behind.
 */
public abstract class ResetContract {
  /** So many that no store keeps them for who comes late. */
  private static final int MISSED = 40;

  /** Megabytes are sent, on a machine that may be busy with other things. */
  private static final Duration LONG = Duration.ofMinutes(2);

  /** A store that can be kept from what the others commit. */
  protected interface Lagging extends AutoCloseable {
    /** The one that lags. */
    Store store();

    /** Something that it sees. */
    void commit(String service);

    /** From now on it sees nothing. */
    void lose();

    /** Something that it does not see. */
    void miss(String service);

    /** It is given a snapshot, at once or soon. */
    void catchUp();

    @Override
    void close();
  }

  protected abstract Lagging lagging() throws Exception;

  @Test
  void tells_the_state_in_the_place_of_the_commits() throws Exception {
    try (Lagging lagging = lagging()) {
      Store store = lagging.store();
      Told told = new Told();
      Store.Watch watch = store.follow(told);
      lagging.commit("seen");
      Await.until("it is seen", () -> !told.of(Commit.class).isEmpty());
      long last = store.state().index();
      lagging.lose();
      for (int i = 0; i < MISSED; i++) {
        lagging.miss("missed" + i);
      }
      assertThat(store.state().index()).isEqualTo(last);
      lagging.catchUp();
      Await.until("it is told the state", LONG, () -> states(told), n -> n == 2);
      lagging.commit("after");
      Await.until(
          "what comes after is seen",
          () -> told.of(Commit.class).getLast().state().named(service(), "after").isPresent());
      watch.close();

      ClusterState reset = told.of(ClusterState.class).getLast();
      assertThat(reset.index()).isGreaterThan(last);
      assertThat(reset.named(service(), "missed0")).isPresent();
      List<Object> states =
          told.all().stream().filter(event -> !(event instanceof Leadership)).toList();
      long at = last;
      for (Object event : states.subList(states.indexOf(reset), states.size())) {
        long index = event instanceof Commit c ? c.index() : ((ClusterState) event).index();
        assertThat(index).isGreaterThan(at);
        at = index;
      }
      assertThat(told.of(Commit.class))
          .noneMatch(c -> c.index() > last && c.index() <= reset.index());
      assertThat(store.state().services()).hasSize(MISSED + 2);
      assertThatThrownBy(() -> store.follow(last, new Told()))
          .isInstanceOfSatisfying(
              StoreException.class,
              e -> assertThat(e.refusal()).isInstanceOf(Refusal.Compacted.class));
    }
  }

  private static long states(Told told) {
    return told.of(ClusterState.class).size();
  }

  private static Kind service() {
    return Kind.SERVICE;
  }
}
