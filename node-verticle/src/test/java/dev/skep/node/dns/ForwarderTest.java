package dev.skep.node.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.node.dns.DnsMessages.Query;
import dev.skep.testkit.Await;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ForwarderTest {
  private static final Duration PATIENT = Duration.ofSeconds(30);
  private static final Duration HASTY = Duration.ofMillis(60);
  private static final List<String> MANY =
      IntStream.range(1, 200).mapToObj(i -> "10.0.1." + i).toList();

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() throws Exception {
    Await.result(vertx.close());
  }

  private static Buffer addresses(Buffer query, boolean tcp, List<String> addresses) {
    return DnsMessages.reply(read(query), addresses, tcp);
  }

  private static Buffer code(Buffer query, DnsResponseCode code) {
    return DnsMessages.reply(read(query), code);
  }

  private static Query read(Buffer query) {
    return Objects.requireNonNull(DnsMessages.read(query));
  }

  private Wire.Reply forward(
      Duration patience, boolean whole, Buffer query, SocketAddress... servers) throws Exception {
    Promise<Buffer> answered = Promise.promise();
    vertx.runOnContext(now ->
        new Forwarder(vertx, new SecureRandom(), 8, patience)
            .forward(query, List.of(servers), whole)
            .onComplete(answered));
    return Wire.reply(Await.result(answered.future()));
  }

  @Test
  void an_answer_comes_back_with_the_questions_number() throws Exception {
    FakeServer outside = new FakeServer(vertx, "127.0.0.1");
    SocketAddress server =
        Await.result(
            outside.start(
                0,
                query -> addresses(query, false, List.of("1.2.3.4")),
                query -> FakeServer.SILENCE));
    for (int id = 700; id < 704; id++) {
      Wire.Reply reply =
          forward(PATIENT, false, Wire.query(id, "example.com", DnsRecordType.A), server);
      assertThat(reply.id()).isEqualTo(id);
      assertThat(reply.addresses()).containsExactly("1.2.3.4");
    }
    assertThat(outside.numbers)
        .as("the numbers that went out are others")
        .isNotEqualTo(List.of(700, 701, 702, 703));
  }

  @Test
  void a_forged_number_is_no_answer() throws Exception {
    SocketAddress liar =
        Await.result(
            new FakeServer(vertx, "127.0.0.1")
                .start(
                    0,
                    query ->
                        addresses(
                            DnsMessages.withId(query, DnsMessages.id(query) ^ 1),
                            false,
                            List.of("6.6.6.6")),
                    query -> FakeServer.SILENCE));
    assertThatThrownBy(
            () -> forward(HASTY, false, Wire.query(1, "example.com", DnsRecordType.A), liar))
        .hasMessageContaining("did not answer within 30 ms");
  }

  @Test
  void a_server_that_is_silent_or_cannot_tell_makes_room_for_the_next() throws Exception {
    SocketAddress silent =
        Await.result(
            new FakeServer(vertx, "127.0.0.1")
                .start(0, query -> FakeServer.SILENCE, query -> FakeServer.SILENCE));
    SocketAddress helpless =
        Await.result(
            new FakeServer(vertx, "127.0.0.1")
                .start(
                    0,
                    query -> code(query, DnsResponseCode.SERVFAIL),
                    query -> FakeServer.SILENCE));
    SocketAddress knowing =
        Await.result(
            new FakeServer(vertx, "127.0.0.1")
                .start(
                    0,
                    query -> code(query, DnsResponseCode.NXDOMAIN),
                    query -> FakeServer.SILENCE));
    Buffer query = Wire.query(9, "nosuch.example", DnsRecordType.A);
    assertThat(forward(Duration.ofSeconds(3), false, query, silent, helpless, knowing).code())
        .isEqualTo("NXDOMAIN");
    assertThat(forward(HASTY, false, query, helpless, silent).code())
        .as("better a word than none")
        .isEqualTo("SERVFAIL");
  }

  @Test
  void a_long_answer_is_fetched_over_tcp_for_who_can_take_it() throws Exception {
    SocketAddress server =
        Await.result(
            new FakeServer(vertx, "127.0.0.1")
                .start(
                    0,
                    query -> addresses(query, false, MANY),
                    query -> addresses(query, true, MANY)));
    Buffer query = Wire.query(5, "many.example", DnsRecordType.A);
    assertThat(forward(PATIENT, false, query, server).truncated()).isTrue();
    Wire.Reply whole = forward(PATIENT, true, query, server);
    assertThat(whole.truncated()).isFalse();
    assertThat(whole.addresses()).isEqualTo(MANY);
    assertThat(whole.id()).isEqualTo(5);
  }

  @Test
  void no_more_than_a_number_of_questions_is_under_way() throws Exception {
    SocketAddress silent =
        Await.result(
            new FakeServer(vertx, "127.0.0.1")
                .start(0, query -> FakeServer.SILENCE, query -> FakeServer.SILENCE));
    Buffer query = Wire.query(5, "example.com", DnsRecordType.A);
    Promise<List<Future<Buffer>>> asked = Promise.promise();
    vertx.runOnContext(now -> {
      Forwarder forwarder = new Forwarder(vertx, new SecureRandom(), 2, PATIENT);
      asked.complete(
          List.of(
              forwarder.forward(query, List.of(silent), false),
              forwarder.forward(query, List.of(silent), false),
              forwarder.forward(query, List.of(silent), false)));
    });
    List<Future<Buffer>> three = Await.result(asked.future());
    assertThatThrownBy(() -> Await.result(three.getLast()))
        .hasMessageContaining("2 questions are under way already");
    assertThat(three.getFirst().isComplete()).isFalse();
  }

  @Test
  void without_a_server_it_says_so() {
    assertThatThrownBy(() -> forward(HASTY, false, Wire.query(1, "example.com", DnsRecordType.A)))
        .hasMessageContaining("resolv.conf");
  }
}
