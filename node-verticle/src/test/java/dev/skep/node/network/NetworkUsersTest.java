package dev.skep.node.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NetworkUsersTest {
  private final NetworkUsers users = new NetworkUsers();

  @Test
  void a_network_is_used_from_its_first_task_to_its_last() {
    assertThat(users.add("n1", "t1")).isTrue();
    assertThat(users.add("n1", "t1")).isFalse();
    assertThat(users.add("n1", "t2")).isFalse();
    assertThat(users.add("n2", "t2")).isTrue();

    assertThat(users.release("t2")).containsExactly("n1", "n2");
    assertThat(users.uses("n1")).isTrue();
    assertThat(users.uses("n2")).isFalse();
    assertThat(users.release("t1")).containsExactly("n1");
    assertThat(users.uses("n1")).isFalse();
    assertThat(users.release("t1")).isEmpty();
    assertThat(users.add("n1", "t3")).isTrue();
  }
}
