package dev.skep.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class AwaitTest {
  private static final Duration SHORT = Duration.ofMillis(20);

  @Test
  void gives_a_result_once_it_is_there(Vertx vertx) {
    assertThat(Await.result(vertx.timer(1).map("rang"))).isEqualTo("rang");
    assertThat(vertx.isNativeTransportEnabled()).isTrue();
  }

  @Test
  void throws_what_the_future_failed_with() {
    assertThatThrownBy(() -> Await.result(Future.failedFuture(new IllegalStateException("no"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no");
    assertThatThrownBy(() -> Await.result(Future.failedFuture(new IOException("gone"))))
        .isInstanceOf(IOException.class)
        .hasMessage("gone");
    assertThat(Await.failure(Future.failedFuture(new IOException("gone")))).hasMessage("gone");
  }

  @Test
  void ends_at_its_bound_and_says_what_it_saw_last() {
    assertThatThrownBy(() -> Await.result(Promise.promise().future(), SHORT))
        .hasMessageContaining("no result within");
    AtomicInteger looks = new AtomicInteger();
    assertThatThrownBy(
            () -> Await.until("a negative count", SHORT, looks::incrementAndGet, seen -> seen < 0))
        .hasMessageContaining("a negative count")
        .hasMessageContaining("seen last: " + looks.get());
    assertThatThrownBy(() -> Await.failure(Future.succeededFuture("fine")))
        .hasMessageContaining("gave fine");
  }

  @Test
  void looks_until_what_it_sees_is_as_wanted() {
    AtomicInteger looks = new AtomicInteger();
    assertThat(Await.until("three looks", SHORT, looks::incrementAndGet, seen -> seen == 3))
        .isEqualTo(3);
    Await.until("three more looks", () -> looks.incrementAndGet() == 6);
    assertThat(looks).hasValue(6);
  }
}
