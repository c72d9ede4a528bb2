package dev.skep.store;

import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import java.util.ArrayList;
import java.util.List;

/** Keeps everything that a store tells, in order: commits, states and leaderships. */
public final class Told implements StoreListener {
  private final List<Object> all = new ArrayList<>();

  @Override
  public synchronized void commit(Commit commit) {
    all.add(commit);
  }

  @Override
  public synchronized void reset(ClusterState state) {
    all.add(state);
  }

  @Override
  public synchronized void leadership(Leadership now) {
    all.add(now);
  }

  public synchronized List<Object> all() {
    return List.copyOf(all);
  }

  /** What was told of one type. */
  public <T> List<T> of(Class<T> type) {
    return all().stream().filter(type::isInstance).map(type::cast).toList();
  }
}
