package dev.skep.ingress.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.ingress.Client;
import dev.skep.ingress.FakeTask;
import dev.skep.ingress.RouteChange;
import dev.skep.ingress.RoutingTable;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.message.IngressMessages.Drain;
import dev.skep.store.bus.message.IngressMessages.Drained;
import dev.skep.store.bus.message.IngressMessages.Routes;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DrainTest {
  private static final Duration LONG = Duration.ofSeconds(15);
  private static final Duration SHORT = Duration.ofMillis(300);

  private static Future<Drained> drain(TestMesh mesh, int node, FakeTask task, Duration grace) {
    return mesh.bus()
        .request(
            Addresses.drain(mesh.node(node).id()),
            new Drain(task.id(), grace.toMillis()),
            Drained.class,
            LONG.multipliedBy(2));
  }

  /** A task that answers a line only when it may. */
  private static FakeTask slow(TestMesh mesh, String id, Semaphore mayAnswer) throws IOException {
    return mesh.serving(
        0,
        id,
        connection -> {
          mayAnswer.acquireUninterruptibly();
          FakeTask.answerLines(id, connection);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a_request_under_way_completes_and_new_connections_go_elsewhere(int node) throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      Semaphore mayAnswer = new Semaphore(0);
      FakeTask leaving = slow(mesh, "leaving", mayAnswer);
      mesh.route(leaving);
      try (Client client = Client.to(mesh.node(node).address(), mesh.port())) {
        client.say("question");
        TestMesh.until(() -> leaving.accepted() == 1);
        mesh.route(leaving, mesh.answering(1, "staying"));
        Future<Drained> drained = drain(mesh, 0, leaving, LONG);
        TestMesh.until(() -> mesh.node(0).plane().isLeaving("leaving"));
        for (int i = 0; i < 10; i++) {
          assertThat(Client.ask(mesh.node(0).address(), mesh.port())).isEqualTo("staying");
          assertThat(Client.ask(mesh.node(1).address(), mesh.port())).isEqualTo("staying");
        }
        assertThat(drained.isComplete()).isFalse();
        mayAnswer.release();
        assertThat(client.hear()).isEqualTo("leaving:question");
        assertThat(Await.result(drained)).isEqualTo(new Drained("leaving", 0));
        // The connection itself is not touched.
        assertThat(client.ask("again")).isEqualTo("leaving");
      }
      assertThat(leaving.accepted()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void connections_at_rest_do_not_hold_up_a_stop(int node) throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask task = mesh.answering(0, "t");
      mesh.route(task);
      try (Client answered = Client.to(mesh.node(node).address(), mesh.port());
          Client silent = Client.to(mesh.node(node).address(), mesh.port())) {
        answered.ask("hello");
        TestMesh.until(() -> task.accepted() == 2);
        // Far less than the grace, or the test's own limit is met.
        assertThat(Await.result(drain(mesh, 0, task, Duration.ofHours(1))))
            .isEqualTo(new Drained("t", 0));
        assertThat(silent.ask("still there")).isEqualTo("t");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a_connection_that_never_rests_does_not_hold_up_a_stop_for_long(int node) throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask task = mesh.answering(0, "t");
      mesh.route(task);
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Void> talk = new CompletableFuture<>();
      try (Client client = Client.to(mesh.node(node).address(), mesh.port())) {
        client.ask("one thing");
        Thread.ofVirtual()
            .start(() -> {
              try {
                while (!over.get()) {
                  client.ask("and another thing");
                }
                talk.complete(null);
              } catch (IOException e) {
                talk.completeExceptionally(e);
              }
            });
        Await.result(drain(mesh, 0, task, Duration.ofHours(1)));
        assertThat(client.socket().isClosed()).as("only its task ends it").isFalse();
        over.set(true);
        talk.get();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void an_answer_that_is_cut_looks_like_one(int node) throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask leaving = slow(mesh, "leaving", new Semaphore(0));
      mesh.route(leaving);
      try (Client client = Client.to(mesh.node(node).address(), mesh.port())) {
        client.say("question");
        TestMesh.until(() -> leaving.accepted() == 1);
        mesh.route();
        Await.result(drain(mesh, 0, leaving, SHORT));
        assertThatThrownBy(client::hear).isInstanceOf(SocketException.class);
      }
    }
  }

  @Test
  void no_connections_no_waiting() throws Exception {
    try (TestMesh mesh = new TestMesh(1)) {
      FakeTask task = mesh.answering(0, "t");
      mesh.route(task);
      assertThat(Await.result(drain(mesh, 0, task, LONG)).open()).isZero();
      assertThat(
              Await.result(
                      mesh.bus()
                          .request(
                              Addresses.drain("node0"),
                              new Drain("unknown", 0),
                              Drained.class,
                              LONG))
                  .open())
          .isZero();
    }
  }

  @Test
  void busy_connections_are_counted_when_the_grace_is_over() throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask task = slow(mesh, "t", new Semaphore(0));
      mesh.route(task);
      try (Client one = Client.to(mesh.node(0).address(), mesh.port());
          Client two = Client.to(mesh.node(1).address(), mesh.port())) {
        one.say("hello");
        two.say("hello");
        TestMesh.until(() -> task.accepted() == 2);
        assertThat(Await.result(drain(mesh, 0, task, SHORT)).open()).isEqualTo(2);
      }
    }
  }

  @Test
  void a_drained_task_stays_excluded_until_it_leaves_the_table_and_is_cut_then() throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask leaving = mesh.answering(0, "leaving");
      FakeTask staying = mesh.answering(1, "staying");
      mesh.route(leaving);
      try (Client client = Client.to(mesh.node(1).address(), mesh.port())) {
        client.ask("hello");
        mesh.route(leaving, staying);
        Await.result(drain(mesh, 0, leaving, Duration.ZERO));
        mesh.route(leaving, staying);
        for (int i = 0; i < 6; i++) {
          assertThat(Client.ask(mesh.node(i % 2).address(), mesh.port())).isEqualTo("staying");
        }
        assertThat(client.ask("still there")).isEqualTo("leaving");
        mesh.route(staying);
        assertThatThrownBy(client::hear)
            .as("nothing was under way, so its end is an ordinary one")
            .isInstanceOf(EOFException.class);
        TestMesh.until(() -> leaving.connections() == 0);
        // Gone and come back it would be a task like any other.
        mesh.route(leaving);
        assertThat(Client.ask(mesh.node(0).address(), mesh.port())).isEqualTo("leaving");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a_client_whose_tasks_all_leave_waits_for_a_newer_table(int node) throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask leaving = mesh.answering(0, "leaving");
      mesh.route(leaving);
      Await.result(drain(mesh, 0, leaving, SHORT));
      try (Client client = Client.to(mesh.node(node).address(), mesh.port())) {
        client.say("hello");
        mesh.route(leaving, mesh.answering(1, "next"));
        assertThat(client.hear()).isEqualTo("next:hello");
      }
      assertThat(leaving.accepted()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a_client_that_waits_is_turned_away_by_a_table_without_tasks(int node) throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask leaving = mesh.answering(0, "leaving");
      mesh.route(leaving);
      Await.result(drain(mesh, 0, leaving, SHORT));
      try (Client client = Client.to(mesh.node(node).address(), mesh.port())) {
        client.say("hello");
        mesh.route();
        assertThatThrownBy(client::hear).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void a_task_that_its_own_node_does_not_know_yet_is_asked_again() throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      mesh.route(mesh.answering(1, "before"));
      FakeTask late = mesh.answering(1, "late");
      // Node 0 has the newer table, node 1 has not.
      Routes next =
          new Routes(1, 9, List.of(TestMesh.portRoute(mesh.port(), List.of(late.endpoint()))));
      RoutingTable table = RoutingTable.from("node0", UserSpacePlane.CAPABILITIES, next);
      Await.result(
          mesh.node(0)
              .plane()
              .apply(
                  table,
                  new RouteChange(List.of(), List.of(), List.copyOf(table.routes().values()))));
      try (Client client = Client.to(mesh.node(0).address(), mesh.port())) {
        client.say("hello");
        TestMesh.until(() -> mesh.node(0).plane().waitingClients() == 1);
        mesh.route(late);
        assertThat(client.hear()).isEqualTo("late:hello");
      }
    }
  }

  @Test
  void established_connections_outlive_their_table_while_the_grace_lasts() throws Exception {
    try (TestMesh mesh = new TestMesh(1)) {
      FakeTask leaving = mesh.answering(0, "leaving");
      mesh.route(leaving);
      try (Client client = Client.to(mesh.node(0).address(), mesh.port())) {
        client.ask("hello");
        mesh.route();
        assertThat(client.ask("not drained")).isEqualTo("leaving");
        Await.result(drain(mesh, 0, leaving, SHORT));
        assertThatThrownBy(client::hear).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void rolling_over_every_task_under_load_fails_no_request() throws Exception {
    try (TestMesh mesh = new TestMesh(3)) {
      List<FakeTask> tasks = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        tasks.add(mesh.answering(i % 3, "t" + i));
      }
      mesh.route(tasks.toArray(new FakeTask[0]));
      AtomicBoolean over = new AtomicBoolean();
      AtomicInteger answered = new AtomicInteger();
      List<Exception> failures = java.util.Collections.synchronizedList(new ArrayList<>());
      int threads = 4;
      CountDownLatch ended = new CountDownLatch(threads);
      for (int thread = 0; thread < threads; thread++) {
        int start = thread;
        Thread.ofVirtual()
            .start(() -> {
              for (int i = start; !over.get(); i++) {
                try {
                  Client.ask(mesh.node(i % 3).address(), mesh.port());
                  answered.incrementAndGet();
                } catch (IOException e) {
                  failures.add(e);
                }
              }
              ended.countDown();
            });
      }
      int rounds = 0;
      while (answered.get() < 5000 || rounds < 30) {
        FakeTask old = tasks.removeFirst();
        int node = rounds % 3;
        tasks.add(mesh.answering(node, "t" + (6 + rounds)));
        // Nobody waits for the table to arrive everywhere: the drain alone must be enough.
        mesh.send(
            List.of(
                TestMesh.portRoute(mesh.port(), tasks.stream().map(FakeTask::endpoint).toList())));
        Await.result(drain(mesh, node, old, LONG));
        old.close();
        rounds++;
      }
      over.set(true);
      ended.await();
      assertThat(failures).isEmpty();
    }
  }

  @Test
  void connections_that_a_client_left_open_are_no_leak() throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask task = mesh.answering(0, "t");
      mesh.route(task);
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        sockets.add(Client.socket(mesh.node(i % 2).address(), mesh.port()));
      }
      TestMesh.until(() -> task.accepted() == 50);
      task.close();
      for (Socket socket : sockets) {
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
        socket.close();
      }
    }
  }
}
