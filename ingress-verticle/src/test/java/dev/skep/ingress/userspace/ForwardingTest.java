package dev.skep.ingress.userspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.ingress.Client;
import dev.skep.ingress.FakeTask;
import dev.skep.ingress.socket.IngressLoop;
import dev.skep.store.bus.message.IngressMessages.Endpoint;
import dev.skep.store.net.HostPort;
import dev.skep.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The task is on node 0: through node 0 it is reached directly, through node 1 by relay. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForwardingTest {
  private static final int SOME_MEGABYTES = 6 * 1024 * 1024;

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static Socket connect(TestMesh mesh, int node) throws IOException {
    return Client.socket(mesh.node(node).address(), mesh.port());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a_client_that_has_ended_gets_its_whole_answer(int node) throws IOException {
    try (TestMesh mesh = new TestMesh(2)) {
      byte[] question = bytes(SOME_MEGABYTES);
      mesh.route(
          mesh.serving(
              0,
              "t",
              connection -> {
                byte[] heard = connection.getInputStream().readAllBytes();
                connection.getOutputStream().write(heard);
                connection.getOutputStream().write('!');
              }));
      try (Socket client = connect(mesh, node)) {
        client.getOutputStream().write(question);
        client.shutdownOutput();
        byte[] answer = client.getInputStream().readAllBytes();
        assertThat(answer).hasSize(question.length + 1).startsWith(question).endsWith('!');
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a_task_that_has_ended_hears_all_that_the_client_says(int node) throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      CompletableFuture<byte[]> heard = new CompletableFuture<>();
      mesh.route(
          mesh.serving(
              0,
              "t",
              connection -> {
                connection.getOutputStream().write("bye".getBytes(StandardCharsets.US_ASCII));
                connection.shutdownOutput();
                heard.complete(connection.getInputStream().readAllBytes());
              }));
      byte[] speech = bytes(SOME_MEGABYTES);
      try (Socket client = connect(mesh, node)) {
        assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("bye");
        client.getOutputStream().write(speech);
        client.shutdownOutput();
        assertThat(heard.get()).isEqualTo(speech);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a_slow_reader_holds_the_writer_back(int node) throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      byte[] part = bytes(1024 * 1024);
      int parts = 50;
      AtomicLong written = new AtomicLong();
      mesh.route(
          mesh.serving(
              0,
              "t",
              connection -> {
                for (int i = 0; i < parts; i++) {
                  connection.getOutputStream().write(part);
                  written.addAndGet(part.length);
                }
              }));
      CRC32 sent = new CRC32();
      for (int i = 0; i < parts; i++) {
        sent.update(part);
      }
      CRC32 received = new CRC32();
      int waiting = 0;
      try (Socket client = connect(mesh, node)) {
        InputStream in = client.getInputStream();
        byte[] buffer = new byte[200_000];
        int reads = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          received.update(buffer, 0, n);
          if (reads++ % 10 == 0) {
            waiting = Math.max(waiting, waitingBytes(mesh, 0) + waitingBytes(mesh, 1));
          }
        }
      }
      assertThat(received.getValue()).isEqualTo(sent.getValue());
      assertThat(written.get()).isEqualTo((long) parts * part.length);
      assertThat(waiting).isLessThanOrEqualTo(2 * IngressLoop.READ_BYTES);
    }
  }

  private static int waitingBytes(TestMesh mesh, int node) {
    return Await.result(mesh.node(node).plane().waitingBytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void little_waits_for_a_reader_that_stopped_even_when_the_writer_has_ended(int node)
      throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      // Fits into the sockets' own buffers, so that the task ends while most of it is on its way.
      byte[] speech = bytes(3 * 1024 * 1024);
      CompletableFuture<Void> ended = new CompletableFuture<>();
      mesh.route(
          mesh.serving(
              0,
              "t",
              connection -> {
                connection.getOutputStream().write(speech);
                connection.close();
                ended.complete(null);
              }));
      try (Socket client = new Socket()) {
        client.setReceiveBufferSize(16 * 1024);
        client.connect(
            new InetSocketAddress(InetAddress.ofLiteral(mesh.node(node).address()), mesh.port()));
        ended.get();
        assertThat(waitingBytes(mesh, 0) + waitingBytes(mesh, 1))
            .isLessThanOrEqualTo(2 * IngressLoop.READ_BYTES);
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(speech);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a_reset_reaches_the_other_end(int node) throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      CompletableFuture<Throwable> seen = new CompletableFuture<>();
      mesh.route(
          mesh.serving(
              0,
              "t",
              connection -> {
                InputStream in = connection.getInputStream();
                if (in.read() == 'r') {
                  connection.setSoLinger(true, 0);
                  connection.close();
                  return;
                }
                connection.getOutputStream().write('y');
                try {
                  int end = in.read();
                  seen.complete(new AssertionError("read " + end));
                } catch (SocketException e) {
                  seen.complete(e);
                }
              }));
      try (Socket client = connect(mesh, node)) {
        client.getOutputStream().write('r');
        assertThatThrownBy(() -> client.getInputStream().read())
            .isInstanceOf(SocketException.class)
            .hasMessageContaining("reset");
      }
      Socket client = connect(mesh, node);
      client.getOutputStream().write('x');
      assertThat(client.getInputStream().read()).isEqualTo('y');
      client.setSoLinger(true, 0);
      client.close();
      assertThat(seen.get()).isInstanceOf(SocketException.class).hasMessageContaining("reset");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a_reset_client_frees_a_task_that_it_had_stopped_listening_to(int node) throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      byte[] part = bytes(1024 * 1024);
      CompletableFuture<Throwable> seen = new CompletableFuture<>();
      mesh.route(
          mesh.serving(
              0,
              "t",
              connection -> {
                OutputStream out = connection.getOutputStream();
                try {
                  while (true) {
                    out.write(part);
                  }
                } catch (SocketException e) {
                  seen.complete(e);
                }
              }));
      Socket client = connect(mesh, node);
      TestMesh.until(() -> waitingBytes(mesh, 0) + waitingBytes(mesh, 1) > 0);
      client.setSoLinger(true, 0);
      client.close();
      assertThat(seen.get()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void a_task_that_never_answers_costs_one_client_its_timeout_and_then_comes_last()
      throws Exception {
    try (TestMesh mesh = new TestMesh(2);
        Silent silent = new Silent()) {
      FakeTask alive = mesh.answering(1, "alive");
      mesh.publish(
          List.of(
              TestMesh.portRoute(
                  mesh.port(), List.of(alive.endpoint(), silent.endpoint(mesh.node(0))))));
      for (int i = 0; i < 40; i++) { // with a timeout for every second one the test would fail
        assertThat(Client.ask(mesh.node(0).address(), mesh.port())).isEqualTo("alive");
      }
    }
  }

  @Test
  void a_node_that_was_too_busy_to_answer_is_asked_again() throws Exception {
    try (TestMesh mesh = new TestMesh(1);
        ServerSocket busy = new ServerSocket(0, 16, InetAddress.ofLiteral("127.0.0.1"))) {
      Thread.ofVirtual().start(() -> answerAllButTheFirst(busy));
      String address = "127.0.0.1:" + busy.getLocalPort();
      mesh.publish(
          List.of(
              TestMesh.portRoute(
                  mesh.port(),
                  List.of(new Endpoint("t", "elsewhere", "10.0.0.9", "net", 80, address)))));
      try (Client client = Client.to(mesh.node(0).address(), mesh.port())) {
        client.say("hello");
        assertThat(client.hear()).isEqualTo("well, hello");
      }
    }
  }

  private static void answerAllButTheFirst(ServerSocket mesh) {
    boolean first = true;
    while (!mesh.isClosed()) {
      try (Socket one = mesh.accept()) {
        if (!first) {
          one.getOutputStream().write("OK\nwell, hello\n".getBytes(StandardCharsets.US_ASCII));
        }
        first = false;
        one.getInputStream().readAllBytes();
      } catch (IOException e) {
        // Given up by the other side, or this one was closed.
      }
    }
  }

  @Test
  void a_client_that_goes_while_its_task_is_dialled_leaves_nothing_behind() throws Exception {
    try (TestMesh mesh = new TestMesh(2);
        Silent silent = new Silent()) {
      mesh.publish(
          List.of(TestMesh.portRoute(mesh.port(), List.of(silent.endpoint(mesh.node(0))))));
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        clients.add(connect(mesh, i % 2));
      }
      UserSpacePlane plane = mesh.node(0).plane();
      TestMesh.until(() -> Await.result(plane.openSockets()) > 0);
      for (Socket client : clients) {
        client.getOutputStream().write('x');
        client.setSoLinger(true, 0);
        client.close();
      }
      mesh.assertNothingOpen();
    }
  }

  @Test
  void a_thousand_connections_stay_open_and_are_served() throws IOException {
    try (TestMesh mesh = new TestMesh(2)) {
      mesh.route(mesh.answering(0, "t0"), mesh.answering(1, "t1"));
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        clients.add(Client.to(mesh.node(i % 2).address(), mesh.port()));
      }
      for (int round = 0; round < 2; round++) {
        for (Client client : clients) {
          assertThat(client.ask("hello")).startsWith("t");
        }
      }
      for (Client client : clients) {
        client.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void a_client_for_whom_there_is_no_room_waits_for_it(int node) throws IOException {
    try (TestMesh mesh = new TestMesh(2, 12)) { // room for 4 connections, 3 of them for clients
      FakeTask task = mesh.answering(0, "t");
      mesh.route(task);
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        Client client = Client.to(mesh.node(node).address(), mesh.port());
        client.say("hello");
        clients.add(client);
      }
      for (Client inside : clients.subList(0, 3)) {
        assertThat(inside.hear()).isEqualTo("t:hello");
      }
      assertThat(task.accepted()).isEqualTo(3);
      for (int i = 0; i < clients.size(); i++) {
        clients.get(i).close();
        if (i + 3 < clients.size()) {
          assertThat(clients.get(i + 3).hear()).isEqualTo("t:hello");
        }
      }
    }
  }

  @Test
  void undeploying_closes_listeners_and_connections() throws Exception {
    try (TestMesh mesh = new TestMesh(2)) {
      FakeTask task = mesh.answering(0, "t");
      mesh.route(task);
      TestMesh.Node node = mesh.node(0);
      try (Client client = Client.to(node.address(), mesh.port())) {
        client.ask("hello");
        String meshAddress = node.plane().meshAddress().toString();
        mesh.undeploy(node);
        assertThatThrownBy(client::hear).isInstanceOf(IOException.class);
        TestMesh.until(() -> task.connections() == 0);
        assertThatThrownBy(() -> connectTo(node.address() + ":" + mesh.port()))
            .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> connectTo(meshAddress)).isInstanceOf(IOException.class);
      }
    }
  }

  private static void connectTo(String address) throws IOException {
    SocketChannel.open(HostPort.parse(address).socketAddress()).close();
  }

  /** A server whose system does not even answer a connection, as when a host is down. */
  private static final class Silent implements AutoCloseable {
    private final ServerSocket server;
    private final List<SocketChannel> filling = new ArrayList<>();

    Silent() throws IOException {
      server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
      for (int i = 0; i < 16; i++) { // more than the queue of 1 takes: the rest is dropped
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()));
        filling.add(channel);
      }
    }

    Endpoint endpoint(TestMesh.Node node) {
      return new Endpoint(
          "silent",
          node.id(),
          "127.0.0.1",
          "net",
          server.getLocalPort(),
          node.ingress().meshAddress());
    }

    @Override
    public void close() throws IOException {
      for (SocketChannel channel : filling) {
        channel.close();
      }
      server.close();
    }
  }
}
