package dev.skep.store.memory;

import dev.skep.store.ResetContract;
import dev.skep.store.Samples;
import dev.skep.store.Store;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;

class MemoryResetTest extends ResetContract {
  @Override
  protected Lagging lagging() {
    return new Played();
  }

  private static final class Played implements Lagging {
    private final MemoryStore store = new MemoryStore();
    private ClusterState ahead = ClusterState.EMPTY;

    private static Transaction service(String name) {
      return Transaction.at(Samples.AT).create(Samples.service(name, name)).build();
    }

    @Override
    public Store store() {
      return store;
    }

    @Override
    public void commit(String service) {
      store.commit(service(service));
    }

    @Override
    public void lose() {
      ahead = store.state();
    }

    @Override
    public void miss(String service) {
      ahead = ahead.apply(service(service), ahead.index() + 1).state();
    }

    @Override
    public void catchUp() {
      store.install(ahead);
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
