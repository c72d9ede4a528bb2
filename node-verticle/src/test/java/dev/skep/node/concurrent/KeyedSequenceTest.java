package dev.skep.node.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.node.AgentContext;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyedSequenceTest {
  private final Vertx vertx = Vertx.vertx();
  private final List<String> done = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  @Test
  void keeps_the_order_of_a_key_whatever_fails_and_lets_others_pass() {
    AgentContext context = AgentContext.on(vertx);
    KeyedSequence sequence = new KeyedSequence(context.fibers());
    Promise<String> first = Promise.promise();
    List<Future<String>> all =
        context.call(() ->
            List.of(
                sequence.then("a", () -> note(first.future().await())),
                sequence.then("a", () -> note("a2")),
                sequence.then("b", () -> note("b1"))));

    assertThat(Await.result(all.get(2))).isEqualTo("b1");
    assertThat(done).containsExactly("b1");
    first.fail(new IllegalStateException("a1 failed"));
    assertThat(Await.failure(all.get(0))).hasMessage("a1 failed");
    assertThat(Await.result(all.get(1))).isEqualTo("a2");
    assertThat(Await.result(context.call(() -> sequence.then("a", () -> note("a3")))))
        .isEqualTo("a3");
    assertThat(done).containsExactly("b1", "a2", "a3");
  }

  private String note(String what) {
    done.add(what);
    return what;
  }
}
