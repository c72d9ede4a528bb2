package dev.skep.ingress.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.ingress.Client;
import dev.skep.ingress.FakeTask;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MeshTest {
  @Test
  void every_node_gives_each_new_connection_to_the_next_task() throws IOException {
    try (TestMesh mesh = new TestMesh(3)) {
      mesh.route(mesh.answering(0, "t1"), mesh.answering(1, "t2"), mesh.answering(2, "t3"));
      for (int node = 0; node < 3; node++) {
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
          answers.add(Client.ask(mesh.node(node).address(), mesh.port()));
        }
        for (int i = 0; i < 9; i += 3) {
          assertThat(answers.subList(i, i + 3)).containsExactlyInAnyOrder("t1", "t2", "t3");
        }
      }
    }
  }

  @Test
  void a_task_that_cannot_be_reached_is_skipped() throws IOException {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask dead = mesh.answering(0, "dead");
      FakeTask deadElsewhere = mesh.answering(1, "dead2");
      FakeTask alive = mesh.answering(1, "alive");
      mesh.route(dead, deadElsewhere, alive);
      dead.stopListening();
      deadElsewhere.stopListening();
      for (int i = 0; i < 12; i++) {
        assertThat(Client.ask(mesh.node(0).address(), mesh.port())).isEqualTo("alive");
      }
    }
  }

  @Test
  void a_port_without_tasks_refuses() throws IOException {
    try (TestMesh mesh = new TestMesh(1)) {
      mesh.route();
      assertThatThrownBy(() -> Client.ask(mesh.node(0).address(), mesh.port()))
          .isInstanceOf(SocketException.class);
      FakeTask dead = mesh.answering(0, "dead");
      dead.stopListening();
      mesh.route(dead);
      assertThatThrownBy(() -> Client.ask(mesh.node(0).address(), mesh.port()))
          .isInstanceOf(SocketException.class);
    }
  }

  @Test
  void what_the_client_says_early_reaches_the_task_that_is_found_at_last() throws IOException {
    try (TestMesh mesh = new TestMesh(2)) {
      List<FakeTask> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        FakeTask dead = mesh.answering(i % 2, "dead" + i);
        dead.stopListening();
        tasks.add(dead);
      }
      tasks.add(mesh.answering(1, "alive"));
      mesh.route(tasks.toArray(new FakeTask[0]));
      Set<String> answers = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        try (Client client = Client.to(mesh.node(0).address(), mesh.port())) {
          client.say("first");
          client.say("second");
          answers.add(client.hear());
          answers.add(client.hear());
        }
      }
      assertThat(answers).containsExactlyInAnyOrder("alive:first", "alive:second");
    }
  }
}
