package dev.skep.store.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.Samples;
import dev.skep.store.Store;
import dev.skep.store.memory.MemoryStore;
import dev.skep.store.model.Config;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.model.spec.ServiceSpec.ReplicatedJob;
import io.vertx.core.Future;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final Limits FEW = new Limits(4, 20_000, 100);

  private static Service service(String id, Mode mode) {
    Service service = Samples.service(id, id);
    return service.withSpec(service.spec().withMode(mode));
  }

  private static Future<Commit> create(Store store, SwarmObject object) {
    return store.commit(Transaction.at(Samples.AT).create(object).build());
  }

  private static Service stored(Store store, String id) {
    return store.state().service(id).orElseThrow();
  }

  private static void refuses(Future<Commit> commit, String... words) {
    assertThatThrownBy(commit::await)
        .isInstanceOf(StoreException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void a_typing_mistake_in_the_replicas_is_told_the_limit_and_how_to_raise_it() {
    MemoryStore store = new MemoryStore(ClusterState.EMPTY, FEW);
    refuses(
        create(store, service("a", Mode.replicated(1_000_000))),
        "1000000 tasks",
        "100",
        "max-tasks");
    create(store, service("a", Mode.replicated(60))).await();
    refuses(create(store, service("b", Mode.replicated(41))), "101 tasks");
    Mode job = new Mode(null, null, new ReplicatedJob(1L, 41L), null);
    refuses(create(store, service("b", job)), "101 tasks");
    Service a = stored(store, "a");
    refuses(
        store.commit(
            Transaction.at(Samples.AT)
                .update(a.withSpec(a.spec().withMode(Mode.replicated(Long.MAX_VALUE))))
                .build()),
        "max-tasks");
    create(store, service("everywhere", Mode.everyNode())).await();
    assertThat(store.state().totals().tasks()).isEqualTo(60);
  }

  @Test
  void what_was_beyond_the_limits_before_can_be_scaled_down_and_emptied() {
    MemoryStore before = new MemoryStore();
    for (int i = 0; i < 6; i++) {
      create(before, service("s" + i, Mode.replicated(1_000))).await();
      create(before, config("c" + i, 9_000)).await();
    }
    MemoryStore store = new MemoryStore(before.state(), FEW);
    refuses(create(store, config("new", 1)), "objects", "max-heap");
    Service service = stored(store, "s0");
    store
        .commit(
            Transaction.at(Samples.AT)
                .update(
                    service
                        .withSpec(service.spec().withMode(Mode.replicated(999)))
                        .withPreviousSpec(service.spec()))
                .build())
        .await();
    for (int i = 0; i < 6; i++) {
      store.commit(Transaction.at(Samples.AT).delete(stored(store, "s" + i)).build()).await();
      store
          .commit(
              Transaction.at(Samples.AT)
                  .delete(store.state().config("c" + i).orElseThrow())
                  .build())
          .await();
    }
    assertThat(store.state().totals()).isEqualTo(Totals.NONE);
  }

  @Test
  void all_that_users_made_has_a_limit_in_bytes_and_in_number() {
    MemoryStore store = new MemoryStore(ClusterState.EMPTY, FEW);
    create(store, config("c1", 15_000)).await();
    refuses(create(store, config("c2", 5_000)), "bytes", "20000", "max-heap");
    create(store, config("c2", 100)).await();
    create(store, config("c3", 100)).await();
    store
        .commit(Transaction.at(Samples.AT).delete(store.state().config("c1").orElseThrow()).build())
        .await();
    create(store, config("c4", 100)).await();
    create(store, config("c5", 100)).await();
    refuses(create(store, config("c6", 100)), "5 objects", "at most 4");
  }

  @Test
  void the_leader_is_not_refused_what_was_allowed() {
    MemoryStore store = new MemoryStore(ClusterState.EMPTY, new Limits(0, 0, 0));
    store
        .commit(Transaction.at(Samples.AT).term(1).create(Samples.service("a", "a")).build())
        .await();
    assertThat(store.state().services()).hasSize(1);
  }

  @Test
  void a_spec_that_could_not_be_updated_any_more_is_refused() {
    MemoryStore store = new MemoryStore(ClusterState.EMPTY, Limits.of(1L << 30, null));
    Service large = Samples.service("a", "a");
    Service tooLarge =
        large.withSpec(large.spec().withLabels(Map.of("l", "x".repeat(Limits.SPEC_BYTES))));
    refuses(create(store, tooLarge), "service a", "spec", "350000");
  }

  @Test
  void totals_are_those_of_what_is_there_after_any_changes() {
    MemoryStore store = new MemoryStore();
    create(store, service("a", Mode.replicated(3))).await();
    create(store, config("c", 500)).await();
    Service a = stored(store, "a");
    store
        .commit(
            Transaction.at(Samples.AT)
                .update(
                    a.withSpec(a.spec().withMode(Mode.replicated(5)).withLabels(Map.of("k", "v"))))
                .build())
        .await();
    Totals sum = Totals.NONE;
    ClusterState state = store.state();
    for (SwarmObject object :
        java.util.List.of(stored(store, "a"), state.config("c").orElseThrow())) {
      sum = sum.changed(null, object);
    }
    assertThat(state.totals()).isEqualTo(sum);
    assertThat(
            ClusterState.of(
                    state.index(),
                    java.util.stream.Stream.concat(
                        state.services().stream(), state.configs().stream()))
                .totals())
        .isEqualTo(sum);
  }

  @Test
  void one_task_less_is_no_way_around_the_bytes() {
    MemoryStore store = new MemoryStore(ClusterState.EMPTY, FEW);
    create(store, service("a", Mode.replicated(60))).await();
    create(store, config("c1", 15_000)).await();
    Service a = stored(store, "a");
    var longer = a.spec().withLabels(Map.of("l", "x".repeat(9_000)));
    refuses(
        store.commit(
            Transaction.at(Samples.AT)
                .update(a.withSpec(longer.withMode(Mode.replicated(59))))
                .build()),
        "bytes",
        "max-heap");
    store
        .commit(
            Transaction.at(Samples.AT)
                .update(a.withSpec(a.spec().withMode(Mode.replicated(59))))
                .build())
        .await();
  }

  @Test
  void few_tasks_by_configuration_do_not_stop_global_services() {
    Limits limits = Limits.of(256L << 20, 10L);
    assertThat(limits.full(10_000)).isFalse();
    assertThat(limits.crowded(10_000)).isFalse();
    assertThat(limits.full(50_000)).isTrue();
  }

  @Test
  void the_limits_of_a_heap_leave_room_for_what_is_allowed_together() {
    Limits six = Limits.of(6L << 30, null);
    assertThat(six.tasks()).isGreaterThanOrEqualTo(100_000);
    assertThat(six.bytes()).isGreaterThan(1_000_000_000);
    assertThat(six.objects()).isGreaterThan(20_000);
    Limits least = Limits.of(256L << 20, null);
    assertThat(least.tasks()).isGreaterThanOrEqualTo(7_000);
    assertThat(Limits.of(256L << 20, 50L).tasks()).isEqualTo(50);
  }

  private static Config config(String id, int bytes) {
    return Samples.config(id, id, "x".repeat(bytes));
  }
}
