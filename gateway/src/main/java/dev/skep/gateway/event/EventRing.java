package dev.skep.gateway.event;

import dev.skep.store.membership.Membership.Place;
import dev.skep.store.membership.StoreFollower;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.StateChanges;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The swarm's last events, and those who follow them. Follows the store of whatever swarm this host
 * manages. Any thread may call; listeners are called under the ring's lock and must only hand on.
 */
public final class EventRing {
  /**
   * As many as the engine keeps; of tasks as many again, so that a rollout does not push out what
   * Swarm would have kept.
   */
  private static final int KEPT = 256;

  private final Deque<SwarmEvent> recent = new ArrayDeque<>();
  private final Deque<SwarmEvent> recentOfTasks = new ArrayDeque<>();
  private final List<Consumer<SwarmEvent>> listeners = new ArrayList<>();
  private final StoreFollower<Commits> follower = new StoreFollower<>(manager -> new Commits());

  /** Takes note of this host's place; to be called at each change of it. */
  public void move(Place place) {
    follower.move(place);
  }

  /** The commits of one store. */
  private final class Commits implements StoreFollower.Following {
    /** What the events that were told lead to; absent before anything is known. */
    private @Nullable ClusterState known;

    @Override
    public void commit(Commit commit) {
      known = commit.state();
      take(commit);
    }

    /** Who missed commits tells what they come to together. */
    @Override
    public void reset(ClusterState state) {
      ClusterState before = known;
      known = state;
      if (before != null) {
        take(
            new Commit(
                state.index(), state.latestUpdate(), StateChanges.between(before, state), state));
      }
    }

    @Override
    public void left() {
      known = null;
    }
  }

  private void take(Commit commit) {
    List<SwarmEvent> events = SwarmEvents.of(commit);
    synchronized (this) {
      for (SwarmEvent event : events) {
        Deque<SwarmEvent> kept = event.ofTask() ? recentOfTasks : recent;
        kept.addLast(event);
        if (kept.size() > KEPT) {
          kept.removeFirst();
        }
        List.copyOf(listeners).forEach(listener -> listener.accept(event));
      }
    }
  }

  /**
   * Hands each event from now on to the listener.
   *
   * @param since from when on kept events are wanted; absent for none
   * @return the kept events, oldest first
   */
  synchronized List<SwarmEvent> follow(@Nullable Instant since, Consumer<SwarmEvent> listener) {
    listeners.add(listener);
    return since == null
        ? List.of()
        : Stream.concat(recent.stream(), recentOfTasks.stream())
            .filter(event -> !event.at().isBefore(since))
            .sorted(Comparator.comparing(SwarmEvent::at))
            .toList();
  }

  synchronized void leave(Consumer<SwarmEvent> listener) {
    listeners.remove(listener);
  }

  /** Follows no store any more. */
  public void close() {
    follower.close();
  }
}
