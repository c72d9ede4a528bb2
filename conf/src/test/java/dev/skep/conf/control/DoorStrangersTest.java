package dev.skep.conf.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.testkit.Await;
import dev.skep.testkit.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On real sockets: what strangers can take of the door. */
@Timeout(60)
class DoorStrangersTest {
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress OTHER = InetAddress.ofLiteral("127.93.1.1");

  private final List<AutoCloseable> open = new ArrayList<>();
  private final ServerSocket bus;
  private FrontDoor door;

  DoorStrangersTest() throws IOException {
    bus = own(new ServerSocket(0, 50, ADDRESS));
    bus.setSoTimeout(20_000);
    door = open(DoorLimits.DEFAULT);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
    Await.result(door.close());
  }

  @Test
  void silence_and_half_a_hello_end_after_their_time() throws Exception {
    start(new DoorLimits(300, 60_000, 8, 8, 8, 8, 8));
    byte[] hello = Hellos.offering("skep-bus");

    Socket silent = connect(ADDRESS);
    Socket half = connect(ADDRESS);
    half.getOutputStream().write(Arrays.copyOf(hello, hello.length - 1));

    assertThat(FrontDoorTest.isClosed(silent)).isTrue();
    assertThat(FrontDoorTest.isClosed(half)).isTrue();
    Await.until("nobody is left", () -> door.strangers() == 0);
  }

  @Test
  void a_byte_now_and_then_wins_no_time() throws Exception {
    start(new DoorLimits(300, 60_000, 8, 8, 8, 8, 8));
    Socket slow = connect(ADDRESS);
    slow.setTcpNoDelay(true);
    byte[] hello = Hellos.offering("skep-bus");
    int[] sent = {0};

    Await.until(
        "it is cut off",
        () -> {
          try {
            slow.getOutputStream().write(hello[sent[0]]);
            sent[0] = Math.min(sent[0] + 1, hello.length / 2);
            return false;
          } catch (IOException e) {
            return true;
          }
        });
  }

  @Test
  void who_does_not_turn_out_a_member_ends_and_who_does_stays() throws Exception {
    start(new DoorLimits(5_000, 500, 8, 8, 8, 8, 8));
    Socket member = hello(ADDRESS);
    Socket behind = accept();
    door.admitted(behind.getRemoteSocketAddress());
    Socket stranger = hello(ADDRESS);
    accept();

    assertThat(FrontDoorTest.isClosed(stranger)).isTrue();
    behind.getOutputStream().write(7);
    assertThat(member.getInputStream().read()).isEqualTo(7);
    Await.until("nobody is left", () -> door.strangers() == 0);
  }

  @Test
  void a_thousand_silent_ones_keep_nobody_out_not_even_from_their_own_address() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      connect(ADDRESS);
    }

    hello(ADDRESS);
    assertThat(accept().getInputStream().read()).isEqualTo(22);
    hello(OTHER);
    assertThat(accept().getInputStream().read()).isEqualTo(22);
    assertThat(door.strangers()).isLessThanOrEqualTo(DoorLimits.DEFAULT.silentPerAddress() + 2);
  }

  @Test
  void unproven_ones_push_out_each_other_and_no_member() throws Exception {
    start(new DoorLimits(5_000, 60_000, 8, 8, 2, 4, 100));
    Socket member = hello(ADDRESS);
    Socket behind = accept();
    door.admitted(behind.getRemoteSocketAddress());

    Socket first = hello(ADDRESS);
    for (int i = 0; i < 20; i++) {
      accept();
      hello(ADDRESS);
    }

    assertThat(FrontDoorTest.isClosed(first)).isTrue();
    hello(OTHER);
    behind.getOutputStream().write(7);
    assertThat(member.getInputStream().read()).isEqualTo(7);
    Await.until("few are left", () -> door.strangers() <= 3);
  }

  @Test
  void more_connections_than_there_may_be_are_refused() throws Exception {
    start(new DoorLimits(5_000, 60_000, 8, 8, 8, 8, 3));
    for (int i = 0; i < 3; i++) {
      hello(ADDRESS);
      door.admitted(accept().getRemoteSocketAddress());
    }

    assertThat(FrontDoorTest.isClosed(hello(ADDRESS))).isTrue();
    assertThat(door.passages()).isEqualTo(3);
  }

  /** Takes another door, with these limits. */
  private void start(DoorLimits limits) {
    Await.result(door.close());
    door = open(limits);
  }

  private FrontDoor open(DoorLimits limits) {
    int port = FreePort.at(ADDRESS.getHostAddress());
    FrontDoor opened = Await.result(FrontDoor.listen(new InetSocketAddress(ADDRESS, port), limits));
    opened.route(ControlProtocol.BUS, new InetSocketAddress(ADDRESS, bus.getLocalPort()));
    return opened;
  }

  private Socket connect(InetAddress from) throws IOException {
    Socket peer = own(new Socket(ADDRESS, door.port(), from, 0));
    peer.setSoTimeout(20_000);
    return peer;
  }

  private Socket hello(InetAddress from) throws IOException {
    Socket peer = connect(from);
    peer.getOutputStream().write(Hellos.offering("skep-bus"));
    return peer;
  }

  private Socket accept() throws IOException {
    Socket seen = own(bus.accept());
    seen.setSoTimeout(20_000);
    return seen;
  }

  private <T extends AutoCloseable> T own(T closeable) {
    open.add(closeable);
    return closeable;
  }
}
