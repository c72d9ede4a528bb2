package dev.skep.node.fiber;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.node.fiber.Gate.Urgency;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateTest {
  @Test
  void lets_no_more_through_than_it_has_places_and_the_urgent_first() {
    Gate gate = new Gate(2);
    List<String> in = new ArrayList<>();
    Future<Void> first = gate.enter(Urgency.HIGH);
    Future<Void> second = gate.enter(Urgency.NORMAL);
    assertThat(first.isComplete() && second.isComplete()).isTrue();
    gate.enter(Urgency.NORMAL).onSuccess(v -> in.add("normal1"));
    gate.enter(Urgency.NORMAL).onSuccess(v -> in.add("normal2"));
    gate.enter(Urgency.HIGH).onSuccess(v -> in.add("high"));
    assertThat(in).isEmpty();
    for (int i = 0; i < 3; i++) {
      gate.leave();
    }
    assertThat(in).containsExactly("high", "normal1", "normal2");
  }

  @Test
  void the_idle_go_one_after_another_while_nobody_else_is_in() {
    Gate gate = new Gate(3);
    List<String> in = new ArrayList<>();
    gate.enter(Urgency.NORMAL);
    gate.enter(Urgency.NORMAL);
    gate.enter(Urgency.IDLE).onSuccess(v -> in.add("idle1"));
    gate.enter(Urgency.IDLE).onSuccess(v -> in.add("idle2"));
    gate.leave();
    assertThat(in).as("one is still in").isEmpty();
    gate.leave();
    assertThat(in).containsExactly("idle1");
    assertThat(gate.enter(Urgency.HIGH).isComplete()).as("beside an idle one").isTrue();
    gate.leave();
    assertThat(in).as("one is still in").containsExactly("idle1");
    gate.leave();
    assertThat(in).containsExactly("idle1", "idle2");
    gate.leave();
    assertThat(gate.enter(Urgency.IDLE).isComplete()).isTrue();
  }
}
