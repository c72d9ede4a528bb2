package dev.skep.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.Leadership;
import dev.skep.store.Samples;
import dev.skep.store.Store;
import dev.skep.store.StoreContract;
import dev.skep.store.state.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryStoreTest extends StoreContract {
  @Override
  protected Store open() {
    return new MemoryStore();
  }

  @Test
  void plays_a_change_of_leader() throws Exception {
    MemoryStore memory = (MemoryStore) store;
    List<Leadership> told = new ArrayList<>();
    try (Store.Watch watch = memory.onLeadership(told::add)) {
      assertThat(watch).isNotNull();
      memory.lead(new Leadership(false, 2));
      memory.lead(new Leadership(false, 2));
    }
    memory.lead(new Leadership(true, 3));
    assertThat(told).containsExactly(new Leadership(true, 1), new Leadership(false, 2));
    assertThat(refusal(now().term(1).create(Samples.service("s1", "web"))))
        .isEqualTo(new Refusal.StaleTerm(1, 3));
  }
}
