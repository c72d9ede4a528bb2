package dev.skep.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.Leadership;
import dev.skep.store.Samples;
import dev.skep.store.Store;
import dev.skep.store.StoreContract;
import dev.skep.store.Told;
import dev.skep.store.state.Refusal;
import org.junit.jupiter.api.Test;

class MemoryStoreTest extends StoreContract {
  @Override
  protected Store open() {
    return new MemoryStore();
  }

  @Test
  void plays_a_change_of_leader() throws Exception {
    MemoryStore memory = (MemoryStore) store;
    Told told = new Told();
    try (Store.Watch watch = memory.follow(told)) {
      assertThat(watch).isNotNull();
      memory.lead(Leadership.of(2, "another"));
      memory.lead(Leadership.of(2, "another"));
      memory.lead(Leadership.nobody(2));
    }
    memory.lead(Leadership.here(3, MemoryStore.MEMBER));
    assertThat(told.of(Leadership.class))
        .containsExactly(
            Leadership.here(1, MemoryStore.MEMBER),
            Leadership.of(2, "another"),
            Leadership.nobody(2));
    assertThat(refusal(now().term(1).create(Samples.service("s1", "web"))))
        .isEqualTo(new Refusal.StaleTerm(1, 3));
  }
}
