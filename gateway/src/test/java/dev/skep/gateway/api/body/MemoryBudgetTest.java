package dev.skep.gateway.api.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.testkit.Await;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private static final long LONG = 20_000;
  private static final long SHORT = 10;

  private final List<Integer> served = new CopyOnWriteArrayList<>();

  @Test
  void serves_in_the_order_of_coming() throws Exception {
    MemoryBudget budget = new MemoryBudget(10, LONG);
    budget.take(10);
    Thread first = waiter(budget, 1, 9);
    await(() -> budget.waiting() == 1);
    Thread second = waiter(budget, 2, 1);
    await(() -> budget.waiting() == 2);
    budget.give(5);
    assertThat(served).isEmpty();
    budget.give(4);
    first.join();
    assertThat(served).containsExactly(1);
    budget.give(1);
    second.join();
    assertThat(served).containsExactly(1, 2);
  }

  @Test
  void who_waited_too_long_is_told_so_and_those_behind_it_come() throws Exception {
    MemoryBudget patient = new MemoryBudget(10, SHORT);
    patient.take(6);
    assertThatThrownBy(() -> patient.take(5))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(503))
        .hasMessageContaining("max-heap");
    patient.take(4);
    assertThat(patient.waiting()).isZero();
  }

  @Test
  void refuses_at_once_what_can_never_fit() {
    assertThatThrownBy(() -> new MemoryBudget(10, LONG).take(11))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(400));
  }

  @Test
  void a_small_heap_has_room_for_the_largest_request_and_a_large_one_for_many() {
    MemoryBudget small = MemoryBudget.of(1, 8);
    small.take(8);
    assertThat(small.waiting()).isZero();
    MemoryBudget large = MemoryBudget.of(64 * 100, 8);
    large.take(100);
    assertThat(large.waiting()).isZero();
  }

  private Thread waiter(MemoryBudget budget, int number, long bytes) {
    return Thread.startVirtualThread(() -> {
      budget.take(bytes);
      served.add(number);
    });
  }

  private static void await(Await.Condition condition) {
    Await.until("the budget gets there", condition);
  }
}
