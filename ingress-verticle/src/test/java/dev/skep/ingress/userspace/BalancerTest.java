package dev.skep.ingress.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.net.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BalancerTest {
  private static List<Destination> targets(int count) {
    return IntStream.range(0, count)
        .mapToObj(i ->
            new Destination("t" + i, 80, HostPort.of("172.17.0.2", 80 + i).socketAddress(), false))
        .toList();
  }

  @Test
  void takes_every_target_once_per_round_in_the_same_order() {
    Balancer balancer = new Balancer("node", 8080);
    List<Destination> targets = targets(5);
    List<Destination> first = round(balancer, targets);
    assertThat(first).containsExactlyInAnyOrderElementsOf(targets);
    assertThat(round(balancer, targets)).isEqualTo(first);
  }

  private static List<Destination> round(Balancer balancer, List<Destination> targets) {
    List<Destination> round = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      round.add(balancer.next(targets, List.of()));
    }
    return round;
  }

  @Test
  void is_deterministic_and_starts_elsewhere_on_other_nodes() {
    List<Destination> targets = targets(16);
    assertThat(new Balancer("node", 8080).next(targets, List.of()))
        .isEqualTo(new Balancer("node", 8080).next(targets, List.of()));
    assertThat(
            IntStream.range(0, 64)
                .mapToObj(i -> new Balancer("node" + i, 8080).next(targets, List.of()))
                .distinct())
        .hasSizeGreaterThan(8);
  }

  @Test
  void a_retry_never_meets_a_target_twice_and_ends() {
    Balancer balancer = new Balancer("node", 8080);
    List<Destination> targets = targets(4);
    List<Destination> tried = new ArrayList<>();
    for (Destination next = balancer.next(targets, tried);
        next != null;
        next = balancer.next(targets, tried)) {
      assertThat(tried).doesNotContain(next);
      tried.add(next);
    }
    assertThat(tried).containsExactlyInAnyOrderElementsOf(targets);
  }

  @Test
  void the_share_of_a_dead_target_is_spread_over_the_others() {
    Balancer balancer = new Balancer("node", 8080);
    List<Destination> targets = targets(4);
    Destination dead = targets.get(1);
    int[] taken = new int[4];
    for (int i = 0; i < 1200; i++) {
      List<Destination> tried = new ArrayList<>();
      Destination next = balancer.next(targets, tried);
      if (dead.equals(next)) {
        tried.add(dead);
        next = balancer.next(targets, tried);
      }
      taken[targets.indexOf(next)]++;
    }
    assertThat(taken[1]).isZero();
    assertThat(List.of(taken[0], taken[2], taken[3])).containsOnly(400);
  }

  @Test
  void no_targets_no_choice() {
    assertThat(new Balancer("node", 8080).next(List.<Destination>of(), List.of())).isNull();
  }
}
