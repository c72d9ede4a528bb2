package dev.skep.conf.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.testkit.Await;
import dev.skep.testkit.FreePort;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On real sockets: what the door joins, and with whom. */
@Timeout(60)
class FrontDoorTest {
  private static final String ADDRESS = "127.0.0.1";
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral(ADDRESS);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final FrontDoor door = Await.result(FrontDoor.listen(at(FreePort.at(ADDRESS))));

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
    Await.result(door.close());
  }

  @Test
  void a_component_gets_each_byte_as_it_came_and_answers() throws Exception {
    ServerSocket bus = component(ControlProtocol.BUS);
    byte[] hello = Hellos.offering("skep-bus");
    byte[] more = random(300_000);

    Socket peer = connect();
    peer.getOutputStream().write(hello);
    Socket seen = accept(bus);
    peer.getOutputStream().write(more);

    assertThat(seen.getInputStream().readNBytes(hello.length)).isEqualTo(hello);
    assertThat(seen.getInputStream().readNBytes(more.length)).isEqualTo(more);
    seen.getOutputStream().write(more);
    assertThat(peer.getInputStream().readNBytes(more.length)).isEqualTo(more);
  }

  @Test
  void the_first_protocol_of_the_list_counts_not_the_peer_s_first() throws Exception {
    ServerSocket raft = component(ControlProtocol.RAFT);
    ServerSocket api = component(ControlProtocol.API);

    send(Hellos.offering("h2", "http/1.1"));
    assertThat(accept(api).getInputStream().read()).isEqualTo(22);
    send(Hellos.offering("h2"));
    assertThat(accept(raft).getInputStream().read()).isEqualTo(22);
  }

  @Test
  void a_hello_in_many_records_and_packets_is_read() throws Exception {
    ServerSocket members = component(ControlProtocol.MEMBERS);
    byte[] hello = Hellos.cut(Hellos.offering("hazelcast-member"), 7);

    Socket peer = connect();
    peer.setTcpNoDelay(true);
    for (byte one : hello) {
      peer.getOutputStream().write(one);
    }

    assertThat(accept(members).getInputStream().readNBytes(hello.length)).isEqualTo(hello);
  }

  @Test
  void what_has_no_route_is_closed() throws Exception {
    component(ControlProtocol.BUS);

    assertThat(isClosed(send(Hellos.offering("h2")))).isTrue();
    assertThat(isClosed(send(Hellos.offering("something-else")))).isTrue();
    assertThat(isClosed(send(Hellos.offering()))).isTrue();
    assertThat(isClosed(send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII))))
        .isTrue();
    Await.until("nothing is left of them", () -> door.passages() + door.strangers() == 0);
  }

  @Test
  void who_ends_before_the_hello_does_is_closed() throws Exception {
    byte[] hello = Hellos.offering("skep-bus");
    Socket peer = send(Arrays.copyOf(hello, hello.length / 2));
    peer.shutdownOutput();

    assertThat(isClosed(peer)).isTrue();
  }

  @Test
  void a_component_that_is_not_there_is_an_end() throws Exception {
    door.route(ControlProtocol.BUS, at(FreePort.at(ADDRESS)));

    assertThat(isClosed(send(Hellos.offering("skep-bus")))).isTrue();
    Await.until("nothing is left of it", () -> door.passages() + door.strangers() == 0);
  }

  @Test
  void routes_come_and_go_and_connections_with_them() throws Exception {
    ServerSocket bus = component(ControlProtocol.BUS);
    ServerSocket members = component(ControlProtocol.MEMBERS);
    Socket peer = send(Hellos.offering("skep-bus"));
    Socket other = send(Hellos.offering("hazelcast-member"));
    Socket seen = accept(bus);
    Socket stays = accept(members);

    door.unroute(ControlProtocol.BUS);

    assertThat(isClosed(peer)).isTrue();
    assertThat(isClosed(seen)).isTrue();
    assertThat(isClosed(send(Hellos.offering("skep-bus")))).isTrue();
    stays.getOutputStream().write(1);
    assertThat(other.getInputStream().read()).isEqualTo(1);

    ServerSocket again = component(ControlProtocol.BUS);
    send(Hellos.offering("skep-bus"));
    assertThat(accept(again).getInputStream().read()).isEqualTo(22);
  }

  @Test
  void a_component_can_ask_who_is_behind_a_connection() throws Exception {
    ServerSocket bus = component(ControlProtocol.BUS);
    Socket peer = send(Hellos.offering("skep-bus"));
    Socket seen = accept(bus);

    assertThat(door.origin(seen.getRemoteSocketAddress())).isEqualTo(peer.getLocalSocketAddress());

    Socket direct = own(new Socket(LOOPBACK, bus.getLocalPort()));
    assertThat(door.origin(direct.getLocalSocketAddress())).isNull();
    peer.close();
    seen.close();
    Await.until("the door forgets it", () -> door.origin(seen.getRemoteSocketAddress()) == null);
  }

  @Test
  void one_direction_may_end_before_the_other() throws Exception {
    ServerSocket bus = component(ControlProtocol.BUS);
    byte[] hello = Hellos.offering("skep-bus");
    Socket peer = send(hello);
    Socket seen = accept(bus);

    peer.shutdownOutput();
    assertThat(seen.getInputStream().readAllBytes()).isEqualTo(hello);
    byte[] answer = random(500_000);
    seen.getOutputStream().write(answer);
    seen.shutdownOutput();

    assertThat(peer.getInputStream().readAllBytes()).isEqualTo(answer);
    Await.until("both are closed", () -> door.passages() == 0);
  }

  @Test
  void what_the_component_does_not_take_is_not_read() throws Exception {
    ServerSocket bus = component(ControlProtocol.BUS);
    SocketChannel peer = SocketChannel.open(at(door.port()));
    own(peer);
    byte[] hello = Hellos.offering("skep-bus");
    peer.write(ByteBuffer.wrap(hello));
    Socket seen = accept(bus);

    peer.configureBlocking(false);
    long[] sent = {hello.length};
    int[] looksWithoutRoom = {0};
    ByteBuffer chunk = ByteBuffer.allocate(64 * 1024);
    // What would keep all that nobody reads would have room at every look.
    Await.until(
        "there is no room any more",
        () -> {
          int taken = peer.write(chunk.clear());
          looksWithoutRoom[0] = taken == 0 ? looksWithoutRoom[0] + 1 : 0;
          for (; taken > 0 && sent[0] < 100_000_000; taken = peer.write(chunk.clear())) {
            sent[0] += taken;
          }
          return looksWithoutRoom[0] == 50 || sent[0] >= 100_000_000;
        });
    assertThat(sent[0]).isLessThan(100_000_000);

    peer.shutdownOutput();
    assertThat(seen.getInputStream().transferTo(OutputStream.nullOutputStream()))
        .isEqualTo(sent[0]);
  }

  @Test
  void a_taken_port_is_an_error_and_leaves_no_thread() {
    Set<Thread> before = threads();

    assertThatThrownBy(() -> Await.result(FrontDoor.listen(at(door.port()))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Address already in use");

    Await.until("its threads end", () -> before.containsAll(threads()));
  }

  @Test
  void a_door_closes_its_connections_and_takes_its_threads_with_it() throws Exception {
    Set<Thread> before = threads();
    for (int i = 0; i < 50; i++) {
      FrontDoor other = Await.result(FrontDoor.listen(at(0)));
      ServerSocket bus = own(new ServerSocket(0, 10, LOOPBACK));
      other.route(ControlProtocol.BUS, at(bus.getLocalPort()));
      Socket peer = own(new Socket(LOOPBACK, other.port()));
      peer.getOutputStream().write(Hellos.offering("skep-bus"));
      Socket seen = accept(bus);
      Await.result(other.close());
      assertThat(isClosed(peer)).isTrue();
      assertThat(isClosed(seen)).isTrue();
    }
    Await.until("its threads end", () -> before.containsAll(threads()));
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("skep-control"))
        .collect(Collectors.toSet());
  }

  private static InetSocketAddress at(int port) {
    return new InetSocketAddress(LOOPBACK, port);
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private ServerSocket component(ControlProtocol protocol) throws IOException {
    ServerSocket listener = own(new ServerSocket(0, 50, LOOPBACK));
    door.route(protocol, at(listener.getLocalPort()));
    return listener;
  }

  private Socket connect() throws IOException {
    Socket peer = own(new Socket(LOOPBACK, door.port()));
    peer.setSoTimeout(20_000);
    return peer;
  }

  private Socket send(byte[] first) throws IOException {
    Socket peer = connect();
    peer.getOutputStream().write(first);
    return peer;
  }

  private Socket accept(ServerSocket listener) throws IOException {
    listener.setSoTimeout(20_000);
    Socket seen = own(listener.accept());
    seen.setSoTimeout(20_000);
    return seen;
  }

  private <T extends AutoCloseable> T own(T closeable) {
    open.add(closeable);
    return closeable;
  }

  /** Whether the other end closes it before it is waited for in vain. */
  static boolean isClosed(Socket socket) throws IOException {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (SocketException e) {
      return true; // cut off before all that was sent was read
    }
  }
}
