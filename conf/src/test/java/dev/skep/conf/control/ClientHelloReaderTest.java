package dev.skep.conf.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClientHelloReaderTest {
  @Test
  void reads_the_offered_protocols_in_their_order() throws Exception {
    assertThat(read(Hellos.offering("h2", "http/1.1")).protocols())
        .containsExactly("h2", "http/1.1");
    assertThat(read(Hellos.offering("skep-bus")).serverName()).isNull();
  }

  @Test
  void reads_the_server_s_name() throws Exception {
    ClientHello hello = read(Hellos.to("manager.example.org", "http/1.1"));

    assertThat(hello.serverName()).isEqualTo("manager.example.org");
    assertThat(hello.asked()).isEqualTo("http/1.1 at manager.example.org");
  }

  @Test
  void a_client_without_alpn_offers_nothing() throws Exception {
    ClientHello hello = read(Hellos.offering());

    assertThat(hello.protocols()).isEmpty();
    assertThat(hello.asked()).isEqualTo("no protocol");
  }

  @Test
  void a_message_may_lie_in_many_records_and_come_byte_by_byte() throws Exception {
    byte[] whole = Hellos.offering("skep-bus");
    for (int bytes : new int[] {1, 3, 100}) {
      byte[] cut = Hellos.cut(whole, bytes);
      ClientHelloReader reader = new ClientHelloReader();
      ByteBuf in = Unpooled.buffer();
      List<ClientHello> read = new ArrayList<>();
      for (byte one : cut) {
        assertThat(read).as("read before its end").isEmpty();
        in.writeByte(one);
        ClientHello hello = reader.take(in, reader.taken());
        if (hello != null) {
          read.add(hello);
        }
      }
      assertThat(read.getFirst().protocols()).containsExactly("skep-bus");
    }
  }

  @Test
  void what_is_no_tls_is_refused_by_its_first_byte() {
    for (String first : new String[] {"GET / HTTP/1.1\r\n", "HZC", "\0", "SSH-2.0"}) {
      assertThatThrownBy(() -> read(first.substring(0, 1).getBytes(StandardCharsets.US_ASCII)))
          .isInstanceOf(RefusedHello.class)
          .hasMessage("no TLS");
    }
  }

  @Test
  void other_handshake_messages_are_refused() {
    byte[] serverHello = Hellos.offering("h2");
    serverHello[5] = 2;

    assertThatThrownBy(() -> read(serverHello)).hasMessage("no ClientHello");
  }

  @Test
  void a_long_message_is_refused_when_it_says_its_length() {
    byte[] endless =
        ByteBuffer.allocate(9).put(new byte[] {22, 3, 1, 64, 0, 1, 127, -1, -1}).array();

    assertThatThrownBy(() -> read(endless)).hasMessage("a ClientHello of 8388607 bytes");
  }

  @Test
  void many_small_records_are_refused_when_they_are_too_many_bytes() {
    byte[] message = new byte[5 + 4 + 10_000];
    ByteBuffer.wrap(message).put(new byte[] {22, 3, 1, 0, 0, 1, 0}).putShort((short) 10_000);

    assertThatThrownBy(() -> read(Hellos.cut(message, 1)))
        .hasMessage("no end of a ClientHello within 16384 bytes");
  }

  @Test
  void whatever_is_broken_is_a_refusal_or_not_the_end_and_never_anything_else() {
    Random random = new Random(7);
    byte[] good = Hellos.to("manager.example.org", "h2", "http/1.1");
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] broken = good.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt();
      }
      try {
        read(broken);
      } catch (RefusedHello e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  private static ClientHello read(byte[] bytes) throws RefusedHello {
    ClientHello hello = new ClientHelloReader().take(Unpooled.wrappedBuffer(bytes), 0);
    if (hello == null) {
      throw new RefusedHello("there is more to come");
    }
    return hello;
  }
}
