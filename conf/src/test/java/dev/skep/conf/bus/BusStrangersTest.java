package dev.skep.conf.bus;

import static dev.skep.conf.bus.TestSwarm.answer;
import static dev.skep.conf.bus.TestSwarm.ask;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import dev.skep.conf.bus.TestSwarm.Node;
import dev.skep.conf.control.ControlProtocol;
import dev.skep.identity.NodeName.Role;
import dev.skep.store.net.HostPort;
import dev.skep.testkit.FreePort;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On real sockets: who does not belong gets nothing of the bus, and keeps nobody from it. */
@Timeout(120)
class BusStrangersTest {
  private static final String ADDRESS = "127.95.1.1";

  /** What both protocols would have to answer to, were it let in. */
  private static final byte[] HUGE_PACKET =
      ByteBuffer.allocate(14)
          .put(new byte[] {'H', 'Z', 'C', 4, 0, 0})
          .putInt(-1)
          .putInt(Integer.MAX_VALUE)
          .array();

  private static final List<ControlProtocol> BOTH =
      List.of(ControlProtocol.BUS, ControlProtocol.MEMBERS);

  private final TestSwarm swarm = new TestSwarm();
  private final List<Socket> sockets = new ArrayList<>();
  private Node node;

  @BeforeEach
  void start() {
    node = swarm.start("a", ADDRESS);
    answer(node);
  }

  @AfterEach
  void leave() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    swarm.close();
  }

  @Test
  void no_certificate() throws Exception {
    assertRefused(context(null), "TLSv1.3");
  }

  @Test
  void a_certificate_of_another_authority() throws Exception {
    assertRefused(context(new TestSwarm().identity("b", Role.MANAGER, ADDRESS).keys()), "TLSv1.3");
  }

  @Test
  void a_certificate_that_is_not_admitted() throws Exception {
    swarm.remove("gone");

    assertRefused(context(swarm.identity("gone", Role.MANAGER, ADDRESS).keys()), "TLSv1.3");
  }

  @Test
  void an_older_version_of_tls() throws Exception {
    assertRefused(context(swarm.identity("b", Role.WORKER, ADDRESS).keys()), "TLSv1.2");
  }

  @Test
  void a_good_certificate_is_let_in() throws Exception {
    SSLContext context = context(swarm.identity("b", Role.WORKER, ADDRESS).keys());

    SSLSocket socket = connect(context, "TLSv1.3", ControlProtocol.BUS);
    socket.startHandshake();
    socket.getOutputStream().write(ping());

    assertThat(socket.getInputStream().read()).isEqualTo(1); // what the bus answers to its pings
  }

  @Test
  void bytes_without_tls() throws Exception {
    for (byte[] bytes :
        List.of(
            HUGE_PACKET, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII), ping())) {
      assertThat(answerTo(node.self().socketAddress(), bytes)).isZero();
    }
    assertStillThere();
  }

  @Test
  @Timeout(9) // less than a handshake may take
  void who_finds_the_listeners_behind_the_door_is_closed_at_once() throws Exception {
    SSLContext good = context(swarm.identity("b", Role.WORKER, ADDRESS).keys());
    for (ControlProtocol protocol : BOTH) {
      InetSocketAddress inside = Objects.requireNonNull(node.door().listener(protocol));
      assertThat(answerTo(inside, HUGE_PACKET)).isZero();
      assertThat(answerTo(inside, ping())).isZero();
      SSLSocket socket = connect(good, inside, "TLSv1.3", protocol);
      assertThat(gets(socket, ping())).isZero();
      assertThat(answerTo(inside, new byte[0])).isZero();
    }
  }

  @Test
  void a_hello_and_then_silence_ends_in_time() throws Exception {
    List<Socket> silent = new ArrayList<>();
    for (ControlProtocol protocol : BOTH) {
      Socket socket = own(new Socket(ADDRESS, node.self().port()));
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(hello(protocol));
      silent.add(socket);
    }
    for (Socket socket : silent) {
      InputStream in = socket.getInputStream();
      assertThat(in.readAllBytes()).isNotEmpty(); // the server's part of the handshake, and the end
    }
    assertStillThere();
  }

  @Test
  void a_plain_hazelcast_member_stays_alone() {
    int port = FreePort.at("127.95.1.2");
    var config =
        MemberConfig.behindDoor(
            TestSwarm.CLUSTER, "127.95.1.2", HostPort.of("127.95.1.2", port), List.of(node.self()));
    HazelcastInstance plain =
        HazelcastInstanceFactory.newHazelcastInstance(config, "plain", new DefaultNodeContext());
    try {
      assertThat(plain.getCluster().getMembers()).hasSize(1);
      assertThat(node.bus().size()).isEqualTo(1);
    } finally {
      plain.shutdown();
    }
  }

  @Test
  void a_thousand_silent_strangers_keep_no_member_out() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      Socket socket = own(new Socket(ADDRESS, node.self().port()));
      if (i % 10 == 0) {
        socket.getOutputStream().write(hello(BOTH.get(i / 10 % 2)));
      }
    }

    Node late = swarm.start("b", "127.95.1.3", node);

    answer(late);
    assertThat(late.bus().size()).isEqualTo(2);
    assertThat(ask(node, late, "?")).isEqualTo("b?");
    assertThat(ask(late, node, "?")).isEqualTo("a?");
  }

  private void assertRefused(SSLContext context, String version) throws Exception {
    for (ControlProtocol protocol : BOTH) {
      assertThat(gets(connect(context, version, protocol), ping())).as(protocol.alpn()).isZero();
      assertThat(gets(connect(context, version, protocol), HUGE_PACKET))
          .as(protocol.alpn())
          .isZero();
    }
    assertThat(ask(node, node, "?")).isEqualTo("a?");
  }

  /** Those who belong come in. */
  private void assertStillThere() {
    Node late = swarm.start("late", "127.95.1.9", node);
    answer(late);
    assertThat(late.bus().size()).isEqualTo(2);
    assertThat(ask(node, late, "?")).isEqualTo("late?");
  }

  /** How many bytes a peer is told before the connection ends. */
  private static int gets(SSLSocket socket, byte[] sent) {
    int bytes = 0;
    try {
      socket.startHandshake();
      socket.getOutputStream().write(sent);
      while (socket.getInputStream().read() >= 0) {
        bytes++;
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("the connection stays", e);
    } catch (IOException e) {
      // refused
    }
    return bytes;
  }

  private SSLSocket connect(SSLContext context, String version, ControlProtocol protocol)
      throws IOException {
    return connect(context, node.self().socketAddress(), version, protocol);
  }

  private SSLSocket connect(
      SSLContext context, InetSocketAddress to, String version, ControlProtocol protocol)
      throws IOException {
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(to.getAddress(), to.getPort());
    own(socket).setSoTimeout(20_000);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(new String[] {version});
    parameters.setApplicationProtocols(new String[] {protocol.alpn()});
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static SSLContext context(@Nullable KeyManager keys) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        keys == null ? new KeyManager[0] : new KeyManager[] {keys},
        new TrustManager[] {new TrustsAll()},
        null);
    return context;
  }

  private static byte[] hello(ControlProtocol protocol) throws Exception {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    parameters.setApplicationProtocols(new String[] {protocol.alpn()});
    engine.setSSLParameters(parameters);
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), out);
    byte[] hello = new byte[out.flip().remaining()];
    out.get(hello);
    return hello;
  }

  /** A message of Vert.x's bus, which it answers with a byte of one. */
  private static byte[] ping() {
    byte[] address = "__vertx_ping".getBytes(StandardCharsets.UTF_8);
    byte[] sender = "nobody".getBytes(StandardCharsets.UTF_8);
    ByteBuffer message =
        ByteBuffer.allocate(128)
            .putInt(0)
            .put((byte) 2) // the protocol's version
            .put((byte) 1) // the codec of pings
            .put((byte) 0) // to one
            .putInt(0) // no reply address
            .putInt(address.length)
            .put(address)
            .putInt(sender.length)
            .put(sender)
            .putInt(4); // no headers
    int length = message.position();
    message.putInt(0, length - 4);
    byte[] bytes = new byte[length];
    message.flip().get(bytes);
    return bytes;
  }

  /** How many bytes come back before the connection is closed. */
  private int answerTo(InetSocketAddress to, byte[] sent) throws IOException {
    Socket socket = own(new Socket(to.getAddress(), to.getPort()));
    socket.setSoTimeout(20_000);
    int bytes = 0;
    try {
      socket.getOutputStream().write(sent);
      while (socket.getInputStream().read() >= 0) {
        bytes++;
      }
    } catch (java.net.SocketException e) {
      // cut off before all that was sent was read
    }
    return bytes;
  }

  private <T extends Socket> T own(T socket) {
    sockets.add(socket);
    return socket;
  }

  /** A stranger does not care whom it talks to. */
  private static final class TrustsAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
