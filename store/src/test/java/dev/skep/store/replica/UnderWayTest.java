package dev.skep.store.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.Samples;
import dev.skep.store.model.spec.ServiceSpec.Mode;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Limits;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.junit.jupiter.api.Test;

class UnderWayTest {
  private final UnderWay underWay =
      new UnderWay(new Limits(10, 1_000_000, 100), () -> ClusterState.EMPTY);

  private static Transaction service(String id, long replicas) {
    var service = Samples.service(id, id);
    return Transaction.at(Samples.AT)
        .create(service.withSpec(service.spec().withMode(Mode.replicated(replicas))))
        .build();
  }

  @Test
  void writers_at_once_do_not_pass_the_same_gap() {
    Promise<String> first = Promise.promise();
    Future<String> answer = underWay.commit(service("a", 60), first::future);
    assertThatThrownBy(() -> underWay.commit(service("b", 60), Future::succeededFuture))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("120 tasks");
    first.fail("not committed");
    assertThat(answer.failed()).isTrue();
    assertThat(underWay.commit(service("b", 60), () -> Future.succeededFuture("b")).succeeded())
        .isTrue();
  }

  @Test
  void what_cannot_even_begin_counts_no_longer() {
    assertThatThrownBy(() ->
            underWay.commit(
                service("a", 60),
                () -> {
                  throw new IllegalStateException("closed");
                }))
        .hasMessage("closed");
    assertThat(underWay.commit(service("b", 60), () -> Future.succeededFuture("b")).succeeded())
        .isTrue();
  }
}
