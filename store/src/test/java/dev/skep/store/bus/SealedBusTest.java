package dev.skep.store.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.bus.message.AgentMessages.Heartbeat;
import dev.skep.store.bus.message.AgentMessages.HeartbeatTaken;
import dev.skep.store.bus.message.AgentMessages.Leave;
import dev.skep.store.bus.message.AgentMessages.Left;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.json.Json;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is on the bus hears and says nothing in the place of a node whose key it does not know. */
class SealedBusTest {
  private static final Duration PATIENT = Duration.ofSeconds(20);
  private static final NodeAddress LEAVE = NodeAddress.of("n1", "leave");
  private static final Sensitive KEY_1 = NodeKeys.next(new Random(1));
  private static final Sensitive KEY_2 = NodeKeys.next(new Random(2));

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Map<String, Sensitive> known = new HashMap<>(Map.of("n1", KEY_1, "n2", KEY_2));
  private final Bus manager =
      new Bus(vertx.eventBus(), nodeId -> Optional.ofNullable(known.get(nodeId)));
  private final Bus one = new Bus(vertx.eventBus(), NodeKeys.own("n1", KEY_1));
  private final Bus two = new Bus(vertx.eventBus(), NodeKeys.own("n2", KEY_2));

  /** Knows the bus, and another key for the node n1. */
  private final Bus thief = new Bus(vertx.eventBus(), NodeKeys.own("n1", KEY_2));

  private final Queue<Object> heard = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() throws Exception {
    Await.result(vertx.close());
  }

  private void nodeAnswers() {
    one.answer(
        LEAVE,
        Leave.class,
        asked -> {
          heard.add(asked);
          return Future.succeededFuture(new Left(7));
        });
  }

  private void leaderAnswers() {
    manager.answer(
        Addresses.HEARTBEAT,
        Heartbeat.class,
        beat -> {
          heard.add(beat);
          return Future.succeededFuture(new HeartbeatTaken(beat.applied() + 1));
        });
  }

  private static Future<Left> leave(Bus bus) {
    return bus.request(LEAVE, new Leave("n1"), Left.class, PATIENT);
  }

  private static Future<HeartbeatTaken> beat(Bus bus, String nodeId) {
    return bus.request(
        Addresses.HEARTBEAT, new Heartbeat(nodeId, "s", 3), HeartbeatTaken.class, PATIENT);
  }

  private static void fails(ThrowingCallable asked, int code) {
    assertThatThrownBy(asked)
        .isInstanceOfSatisfying(
            BusFailure.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }

  private void refused(NodeAddress at, @Nullable Object body) {
    refused(at.text(), body);
  }

  private void refused(String address, @Nullable Object body) {
    assertThatThrownBy(() -> Await.result(vertx.eventBus().request(address, body)))
        .isInstanceOfSatisfying(
            ReplyException.class, e -> assertThat(e.failureCode()).isEqualTo(BusFailure.FORBIDDEN));
    assertThat(heard).isEmpty();
  }

  @Test
  void a_manager_and_the_node_itself_are_heard_by_the_node() throws Exception {
    nodeAnswers();
    assertThat(Await.result(leave(manager))).isEqualTo(new Left(7));
    assertThat(Await.result(leave(one))).isEqualTo(new Left(7));
  }

  @Test
  void a_node_is_heard_by_the_leader() throws Exception {
    leaderAnswers();
    assertThat(Await.result(beat(one, "n1"))).isEqualTo(new HeartbeatTaken(4));
    assertThat(Await.result(beat(two, "n2"))).isEqualTo(new HeartbeatTaken(4));
  }

  @Test
  void another_key_opens_nothing() {
    nodeAnswers();
    fails(() -> Await.result(leave(thief)), BusFailure.FORBIDDEN);
    leaderAnswers();
    fails(() -> Await.result(beat(thief, "n1")), BusFailure.FORBIDDEN);
    assertThat(heard).isEmpty();
  }

  @Test
  void a_host_cannot_even_ask_a_node_whose_key_it_does_not_know() {
    nodeAnswers();
    fails(() -> Await.result(leave(two)), BusFailure.FORBIDDEN);
    assertThat(heard).isEmpty();
  }

  @Test
  void a_node_that_is_gone_is_not_heard() {
    leaderAnswers();
    known.remove("n1");
    fails(() -> Await.result(beat(one, "n1")), BusFailure.FORBIDDEN);
    assertThat(heard).isEmpty();
  }

  @Test
  void what_is_not_sealed_is_refused() {
    nodeAnswers();
    JsonObject open = new JsonObject().put("NodeID", "n1");
    refused(LEAVE, open);
    refused(LEAVE, open.toBuffer());
    refused(LEAVE, "text");
    refused(LEAVE, null);
    refused(LEAVE, Buffer.buffer());
    refused(LEAVE, Buffer.buffer(new byte[] {(byte) 0xff, 'n'}));
    refused(LEAVE, Buffer.buffer(new byte[] {2, 'n', '1'}));
    refused(LEAVE, Buffer.buffer(new byte[] {2, 'n', '\n', 1, 2, 3}));
  }

  @Test
  void noise_is_refused() {
    nodeAnswers();
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      byte[] noise = new byte[random.nextInt(120)];
      random.nextBytes(noise);
      refused(LEAVE, new Envelope("n1", noise).bytes());
    }
  }

  @Test
  void a_changed_bit_is_refused() {
    nodeAnswers();
    Buffer sealed = question();
    Random random = new Random(4);
    for (int i = 0; i < 200; i++) {
      Buffer changed = sealed.copy();
      int at = 3 + random.nextInt(changed.length() - 3);
      changed.setByte(at, (byte) (changed.getByte(at) ^ 1 << random.nextInt(8)));
      refused(LEAVE, changed);
    }
  }

  @Test
  void a_question_is_good_at_its_own_address_only() {
    one.answer(
        Addresses.tunnel("n1"),
        Leave.class,
        asked -> {
          heard.add(asked);
          return Future.succeededFuture(new Left(7));
        });
    refused(Addresses.tunnel("n1"), question());
  }

  @Test
  void a_node_speaks_for_itself_only() {
    leaderAnswers();
    byte[] ofOne = Json.storedBytes(new Heartbeat("n1", "s", 3));
    String address = Addresses.HEARTBEAT.text();
    refused(address, seals("n2", KEY_2).question(address, "n2", ofOne).bytes());
  }

  @Test
  void a_failure_comes_with_its_code_and_words_to_who_asked() {
    one.answer(
        LEAVE,
        Leave.class,
        asked -> Future.failedFuture(new BusFailure(BusFailure.GAP, "behind " + asked.nodeId())));
    fails(() -> Await.result(leave(manager)), BusFailure.GAP);
    assertThatThrownBy(() -> Await.result(leave(manager))).hasMessage("behind n1");
  }

  @Test
  void who_listens_at_a_nodes_address_reads_nothing_and_cannot_answer() {
    byte[] left = Json.storedBytes(new Left(9));
    List<Function<Envelope, Object>> forgeries =
        List.of(
            question -> new JsonObject().put("RemovedContainers", 9),
            question -> Buffer.buffer(left),
            question -> seals("n1", KEY_2).answer(LEAVE.text(), question, left),
            question ->
                seals("n2", KEY_2)
                    .answer(LEAVE.text(), new Envelope("n2", question.sealed()), left),
            question ->
                seals("n2", KEY_2)
                    .failure(LEAVE.text(), new Envelope("n2", question.sealed()), 410, "gone"),
            question -> question.bytes());
    for (Function<Envelope, Object> forgery : forgeries) {
      var eavesdropper =
          vertx
              .eventBus()
              .<Buffer>consumer(
                  LEAVE.text(),
                  message -> {
                    heard.add(message.body().toString("ISO-8859-1"));
                    message.reply(forgery.apply(Envelope.of(message.body()).orElseThrow()));
                  });
      fails(() -> Await.result(leave(manager)), BusFailure.FORBIDDEN);
      eavesdropper.unregister().await();
    }
    assertThat(heard)
        .hasSameSizeAs(forgeries)
        .allSatisfy(body -> assertThat((String) body).doesNotContain("NodeID"));
  }

  @Test
  void nobody_can_fail_in_a_nodes_place() {
    vertx
        .eventBus()
        .consumer(LEAVE.text(), message -> message.fail(BusFailure.NO_SESSION, "\u001b[31mgone"));
    fails(() -> Await.result(leave(manager)), BusFailure.FORBIDDEN);
    assertThatThrownBy(() -> Await.result(leave(manager))).hasMessageNotContaining("gone");
  }

  @Test
  void an_answer_is_good_for_its_own_question_only() throws Exception {
    Queue<Buffer> answers = new ConcurrentLinkedQueue<>();
    vertx
        .eventBus()
        .<Buffer>consumer(
            LEAVE.text(),
            message -> {
              Envelope question = Envelope.of(message.body()).orElseThrow();
              byte[] left = Json.storedBytes(new Left(7));
              answers.add(seals("n1", KEY_1).answer(LEAVE.text(), question, left));
              message.reply(answers.element()); // the first one, for ever
            });
    assertThat(Await.result(leave(manager))).isEqualTo(new Left(7));
    fails(() -> Await.result(leave(manager)), BusFailure.FORBIDDEN);
  }

  @Test
  void what_is_for_this_daemon_only_is_heard_by_its_own_parts() throws Exception {
    one.answer(Addresses.leave("n1"), Leave.class, asked -> Future.succeededFuture(new Left(7)));
    assertThat(
            Await.result(one.request(Addresses.leave("n1"), new Leave("n1"), Left.class, PATIENT)))
        .isEqualTo(new Left(7));
  }

  @Test
  void a_message_without_reply_is_heard_from_those_who_know_the_key() throws Exception {
    Queue<Leave> listened = new ConcurrentLinkedQueue<>();
    one.listen(LEAVE, Leave.class, listened::add);
    vertx.eventBus().send(LEAVE.text(), new JsonObject().put("NodeID", "n1"));
    thief.send(LEAVE, new Leave("n1"));
    manager.send(LEAVE, new Leave("n1"));
    // The three came in this order to one event loop; an answered one behind them tells that they
    // are done.
    vertx.eventBus().consumer("skep.fence", message -> message.reply("done"));
    Await.result(vertx.eventBus().request("skep.fence", "x"));
    assertThat(listened).containsExactly(new Leave("n1"));
  }

  private static NodeSeals seals(String nodeId, Sensitive key) {
    return new NodeSeals(NodeKeys.own(nodeId, key));
  }

  /** A question as it goes over the bus, sealed with the node's own key. */
  private static Buffer question() {
    return seals("n1", KEY_1)
        .question(LEAVE.text(), "n1", Json.storedBytes(new Leave("n1")))
        .bytes();
  }
}
