package dev.skep.node.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.node.dns.Member.NamedNetwork;
import dev.skep.store.net.IpAddress;
import dev.skep.store.net.Subnet;
import dev.skep.testkit.Await;
import dev.skep.testkit.FreePort;
import io.netty.handler.codec.dns.DnsRecordType;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On loopback addresses: the network is 127.1.0.0/16, and who asks binds an address of it. */
class DnsServerTest {
  private static final NamedNetwork NET = new NamedNetwork("n", "shop", false);
  private static final NamedNetwork OTHER = new NamedNetwork("o", "other", false);
  private static final String GATEWAY = "127.1.0.1";
  private static final String OUTSIDE = "127.2.0.1";
  private static final String OWN_SERVER = "127.2.0.2";

  @TempDir Path dir;
  // Native as in the daemon; Java's own channels may hold their port for a moment after closing.
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final List<String> askedOutside = new CopyOnWriteArrayList<>();
  private volatile NameTable table = NameTable.EMPTY;
  private DnsServer server = made(0, 0);
  private int port;

  private DnsServer made(int own, int upstreams) {
    return new DnsServer(
        () -> table,
        new SecureRandom(),
        InstantSource.system(),
        dir == null ? Path.of("none") : dir.resolve("resolv.conf"),
        own,
        upstreams);
  }

  @BeforeEach
  void start() throws Exception {
    Files.writeString(dir.resolve("resolv.conf"), "nameserver " + OUTSIDE + "\n");
    int upstreams = FreePort.at(OUTSIDE, OWN_SERVER);
    outside(upstreams, OUTSIDE, "1.1.1.1");
    outside(upstreams, OWN_SERVER, "2.2.2.2");
    port = FreePort.at(GATEWAY, OUTSIDE);
    server = made(port, upstreams);
    Await.result(vertx.deployVerticle(server));
    Await.result(
        server.listen(
            new DnsEndpoint("n", IpAddress.parse(GATEWAY), Subnet.parse("127.1.0.0/16"))));
  }

  @AfterEach
  void close() throws Exception {
    Await.result(vertx.close());
  }

  private void outside(int at, String address, String answer) throws Exception {
    Await.result(
        new FakeServer(vertx, address)
            .start(
                at,
                query -> {
                  DnsMessages.Query read = Objects.requireNonNull(DnsMessages.read(query));
                  askedOutside.add(read.name());
                  return DnsMessages.reply(read, List.of(answer), false);
                },
                query -> FakeServer.SILENCE));
  }

  private void publish(Member... members) {
    table = NameTable.of(List.of(members));
    server.changed();
  }

  private static Member web(String task, String address, boolean answers) {
    return new Member(task, NET, address, Set.of("web"), answers, false, List.of());
  }

  private Future<Wire.Reply> asking(String from, Buffer query) {
    DatagramSocket socket = vertx.createDatagramSocket();
    Promise<Wire.Reply> answered = Promise.promise();
    socket.handler(packet -> answered.tryComplete(Wire.reply(packet.data())));
    return socket
        .listen(0, from)
        .compose(bound -> bound.send(query, port, GATEWAY))
        .compose(sent -> answered.future())
        .eventually(socket::close);
  }

  private Wire.Reply ask(String from, String name, DnsRecordType type) throws Exception {
    return Await.result(asking(from, Wire.query(77, name, type)));
  }

  @Test
  void answers_what_the_table_says_and_follows_it() throws Exception {
    publish(web("t1", "127.1.0.2", true), web("t2", "127.1.0.3", false));
    Wire.Reply reply = ask("127.1.0.3", "web", DnsRecordType.A);
    assertThat(reply.id()).isEqualTo(77);
    assertThat(reply.addresses()).containsExactly("127.1.0.2");
    publish(web("t1", "127.1.0.2", false), web("t2", "127.1.0.3", true));
    assertThat(ask("127.1.0.3", "web", DnsRecordType.A).addresses()).containsExactly("127.1.0.3");
    publish(web("t1", "127.1.0.2", false), web("t2", "127.1.0.3", false));
    assertThat(ask("127.1.0.3", "web", DnsRecordType.A).code()).isEqualTo("NXDOMAIN");
    assertThat(askedOutside).isEmpty();
  }

  @Test
  void a_known_name_has_no_records_of_other_types_and_is_not_asked_for_outside() throws Exception {
    publish(web("t1", "127.1.0.2", true));
    for (DnsRecordType type : List.of(DnsRecordType.AAAA, DnsRecordType.SRV, DnsRecordType.TXT)) {
      Wire.Reply reply = ask("127.1.0.2", "web", type);
      assertThat(reply.code()).isEqualTo("NOERROR");
      assertThat(reply.addresses()).isEmpty();
    }
    assertThat(askedOutside).isEmpty();
  }

  @Test
  void other_names_are_the_hosts_servers_or_the_tasks_own() throws Exception {
    publish(
        web("t1", "127.1.0.2", true),
        new Member("t2", NET, "127.1.0.3", Set.of("api"), true, false, List.of(OWN_SERVER)));
    assertThat(ask("127.1.0.2", "example.com", DnsRecordType.A).addresses())
        .containsExactly("1.1.1.1");
    assertThat(ask("127.1.0.3", "example.com", DnsRecordType.A).addresses())
        .containsExactly("2.2.2.2");
  }

  @Test
  void strangers_are_refused() throws Exception {
    publish(web("t1", "127.1.0.2", true));
    assertThat(ask("127.3.0.9", "web", DnsRecordType.A).code()).isEqualTo("REFUSED");
    assertThat(ask("127.3.0.9", "example.com", DnsRecordType.A).code()).isEqualTo("REFUSED");
    assertThat(askedOutside).isEmpty();
  }

  @Test
  void a_question_of_one_who_has_just_started_waits_until_it_is_known() throws Exception {
    Member db = new Member("t2", OTHER, "127.9.0.2", Set.of("db"), true, false, List.of());
    Member api = new Member("t3", NET, "127.1.0.9", Set.of("api"), true, false, List.of());
    publish(
        db,
        api,
        new Member("t1", NET, "", Set.of("web"), false, true, List.of()),
        new Member("t1", OTHER, "", Set.of("web"), false, true, List.of()));
    Future<Wire.Reply> early = asking("127.1.0.2", Wire.query(1, "db", DnsRecordType.A));
    assertThat(ask("127.1.0.2", "api", DnsRecordType.A).addresses())
        .as("what its own network answers need not wait")
        .containsExactly("127.1.0.9");
    assertThat(early.isComplete()).isFalse();
    publish(
        db,
        api,
        web("t1", "127.1.0.2", true),
        new Member("t1", OTHER, "127.9.0.3", Set.of("web"), true, false, List.of()));
    assertThat(Await.result(early).addresses()).containsExactly("127.9.0.2");
    assertThat(askedOutside).isEmpty();
  }

  @Test
  void a_long_answer_says_so_and_comes_whole_over_tcp() throws Exception {
    Member[] many =
        Stream.concat(
                Stream.of(web("asker", "127.0.0.1", false)),
                IntStream.range(0, 100).mapToObj(i -> web("t" + i, "127.1.1." + i, true)))
            .toArray(Member[]::new);
    publish(many);
    assertThat(ask("127.1.0.2", "web", DnsRecordType.A).truncated()).isTrue();
    Promise<Wire.Reply> answered = Promise.promise();
    vertx
        .createNetClient(new io.vertx.core.net.NetClientOptions().setLocalAddress("127.1.0.2"))
        .connect(SocketAddress.inetSocketAddress(port, GATEWAY))
        .onFailure(answered::fail)
        .onSuccess(socket -> {
          TcpFrames.read(socket, message -> answered.complete(Wire.reply(message)));
          TcpFrames.write(socket, Wire.query(8, "web", DnsRecordType.A));
        });
    Wire.Reply whole = Await.result(answered.future());
    assertThat(whole.truncated()).isFalse();
    assertThat(whole.addresses()).hasSize(100);
  }

  @Test
  void an_address_that_is_taken_is_an_error_and_can_be_had_later() throws Exception {
    DnsEndpoint taken =
        new DnsEndpoint("m", IpAddress.parse(OUTSIDE), Subnet.parse("127.2.0.0/16"));
    DatagramSocket holder = Await.result(holding(taken));
    assertThatThrownBy(() -> Await.result(server.listen(taken))).hasMessageContaining("in use");
    Await.result(holder.close());
    Await.result(server.listen(taken));
    Await.result(server.close("m"));
    Await.result(holding(taken));
  }

  private Future<DatagramSocket> holding(DnsEndpoint place) {
    return vertx.createDatagramSocket().listen(port, place.address().toString());
  }
}
