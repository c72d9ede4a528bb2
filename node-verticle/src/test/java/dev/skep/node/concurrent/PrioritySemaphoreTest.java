package dev.skep.node.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.node.concurrent.PrioritySemaphore.Urgency;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrioritySemaphoreTest {
  @Test
  void lets_no_more_through_than_it_has_places_and_the_urgent_first() {
    PrioritySemaphore permits = new PrioritySemaphore(2);
    List<String> in = new ArrayList<>();
    Future<Void> first = permits.acquire(Urgency.HIGH);
    Future<Void> second = permits.acquire(Urgency.NORMAL);
    assertThat(first.isComplete() && second.isComplete()).isTrue();
    permits.acquire(Urgency.NORMAL).onSuccess(v -> in.add("normal1"));
    permits.acquire(Urgency.NORMAL).onSuccess(v -> in.add("normal2"));
    permits.acquire(Urgency.HIGH).onSuccess(v -> in.add("high"));
    assertThat(in).isEmpty();
    for (int i = 0; i < 3; i++) {
      permits.release();
    }
    assertThat(in).containsExactly("high", "normal1", "normal2");
  }

  @Test
  void the_idle_go_one_after_another_while_nobody_else_is_in() {
    PrioritySemaphore permits = new PrioritySemaphore(3);
    List<String> in = new ArrayList<>();
    permits.acquire(Urgency.NORMAL);
    permits.acquire(Urgency.NORMAL);
    permits.acquire(Urgency.IDLE).onSuccess(v -> in.add("idle1"));
    permits.acquire(Urgency.IDLE).onSuccess(v -> in.add("idle2"));
    permits.release();
    assertThat(in).as("one is still in").isEmpty();
    permits.release();
    assertThat(in).containsExactly("idle1");
    assertThat(permits.acquire(Urgency.HIGH).isComplete()).as("beside an idle one").isTrue();
    permits.release();
    assertThat(in).as("one is still in").containsExactly("idle1");
    permits.release();
    assertThat(in).containsExactly("idle1", "idle2");
    permits.release();
    assertThat(permits.acquire(Urgency.IDLE).isComplete()).isTrue();
  }
}
