package dev.skep.store.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentTaken;
import dev.skep.store.bus.message.AgentMessages.Heartbeat;
import dev.skep.store.bus.message.AgentMessages.HeartbeatTaken;
import dev.skep.store.state.Filled;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BusTest {
  private static final Duration PATIENT = Duration.ofSeconds(20);
  private static final String ADDRESS = "skep.test";

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Bus bus = new Bus(vertx.eventBus(), TestKeys.ALL);

  @AfterEach
  void stop() throws Exception {
    Await.result(vertx.close());
  }

  private HeartbeatTaken beat() throws Exception {
    return Await.result(
        bus.request(ADDRESS, new Heartbeat("n1", "s1", 3), HeartbeatTaken.class, PATIENT));
  }

  private void answers(Function<Heartbeat, Future<HeartbeatTaken>> answer) {
    bus.answer(ADDRESS, Heartbeat.class, answer);
  }

  private static void fails(ThrowingCallable asked, int code, String text) {
    assertThatThrownBy(asked)
        .isInstanceOfSatisfying(
            BusFailure.class, failure -> assertThat(failure.code()).isEqualTo(code))
        .hasMessageContaining(text);
  }

  @Test
  void carries_typed_questions_and_answers() throws Exception {
    answers(beat -> Future.succeededFuture(new HeartbeatTaken(beat.applied() + 1)));
    assertThat(beat()).isEqualTo(new HeartbeatTaken(4));
  }

  @Test
  void carries_the_whole_model() throws Exception {
    Assignment sent = Filled.full(Assignment.class);
    BlockingQueue<Assignment> taken = new ArrayBlockingQueue<>(1);
    bus.answer(
        ADDRESS,
        Assignment.class,
        assignment -> {
          taken.add(assignment);
          return Future.succeededFuture(new AssignmentTaken(assignment.sequence()));
        });
    AssignmentTaken answer =
        Await.result(bus.request(ADDRESS, sent, AssignmentTaken.class, PATIENT));
    assertThat(answer.sequence()).isEqualTo(sent.sequence());
    assertThat(taken.poll()).isEqualTo(sent);
  }

  @Test
  void an_exception_in_a_consumer_reaches_the_caller_with_its_text() {
    answers(beat -> {
      throw new IllegalStateException("no such thing as " + beat.nodeId());
    });
    fails(this::beat, BusFailure.BUG, "no such thing as n1");
  }

  @Test
  void an_error_in_a_consumer_reaches_the_caller_too() {
    answers(beat -> {
      throw new NoClassDefFoundError("some/Class");
    });
    fails(this::beat, BusFailure.BUG, "some/Class");
  }

  @Test
  void a_failed_future_reaches_the_caller_with_its_text() {
    answers(beat -> Future.failedFuture(new IllegalStateException("later")));
    fails(this::beat, BusFailure.BUG, "later");
  }

  @Test
  void a_bus_failure_keeps_its_code_and_words() {
    answers(beat -> Future.failedFuture(new BusFailure(BusFailure.NO_SESSION, "unknown session")));
    fails(this::beat, BusFailure.NO_SESSION, "unknown session");
    assertThatThrownBy(this::beat).hasMessage("unknown session");
  }

  @Test
  void a_thrown_bus_failure_keeps_its_code_and_words() {
    answers(beat -> {
      throw new BusFailure(BusFailure.GAP, "behind");
    });
    fails(this::beat, BusFailure.GAP, "behind");
  }

  @Test
  void an_answer_that_cannot_be_written_fails_at_once() {
    bus.answer(ADDRESS, Heartbeat.class, beat -> Future.succeededFuture(new Unwritable()));
    fails(this::beat, BusFailure.BUG, "Unwritable");
  }

  /** Its own component cannot be read. */
  record Unwritable() {
    public int getBroken() {
      return Integer.parseInt("broken");
    }
  }

  @Test
  void no_answer_in_time_is_a_timeout() {
    answers(beat -> Promise.<HeartbeatTaken>promise().future());
    fails(
        () ->
            Await.result(
                bus.request(
                    ADDRESS,
                    new Heartbeat("n1", "s1", 3),
                    HeartbeatTaken.class,
                    Duration.ofMillis(50))),
        BusFailure.TIMEOUT,
        ADDRESS);
  }

  @Test
  void nobody_there_is_said_at_once() {
    fails(this::beat, BusFailure.NO_LISTENER, ADDRESS);
  }

  @Test
  void messages_are_json_that_scripts_can_read_and_write() throws Exception {
    BlockingQueue<JsonObject> heard = new ArrayBlockingQueue<>(1);
    EventBus raw = vertx.eventBus();
    raw.<JsonObject>consumer(ADDRESS + 1, message -> heard.add(message.body()));
    bus.announce(ADDRESS + 1, () -> new Heartbeat("n1", "s1", 3));
    assertThat(heard.poll(20, TimeUnit.SECONDS))
        .isEqualTo(new JsonObject().put("NodeID", "n1").put("SessionID", "s1").put("Applied", 3));

    raw.<Buffer>consumer(
        ADDRESS,
        message -> {
          long applied = message.body().toJsonObject().getLong("Applied");
          message.reply(new JsonObject().put("HeartbeatMillis", applied).put("Later", "x"));
        });
    assertThat(beat()).isEqualTo(new HeartbeatTaken(3));

    bus.answer(
        ADDRESS + 2,
        Heartbeat.class,
        beat -> Future.succeededFuture(new HeartbeatTaken(beat.applied())));
    JsonObject reply =
        Await.result(
            raw.<JsonObject>request(
                    ADDRESS + 2,
                    new JsonObject().put("NodeID", "n1").put("SessionID", "s1").put("Applied", 9))
                .map(message -> message.body()));
    assertThat(reply).isEqualTo(new JsonObject().put("HeartbeatMillis", 9));
  }

  @Test
  void an_announcement_is_made_once_for_all_who_listen_and_not_at_all_for_nobody()
      throws Exception {
    AtomicInteger made = new AtomicInteger();
    bus.announce(ADDRESS, () -> new HeartbeatTaken(made.incrementAndGet()));
    BlockingQueue<JsonObject> heard = new ArrayBlockingQueue<>(2);
    for (int i = 0; i < 2; i++) {
      vertx.eventBus().<JsonObject>consumer(ADDRESS, message -> heard.add(message.body()));
    }
    bus.announce(ADDRESS, () -> new HeartbeatTaken(made.incrementAndGet()));
    for (int i = 0; i < 2; i++) {
      assertThat(heard.poll(20, TimeUnit.SECONDS))
          .isEqualTo(new JsonObject().put("HeartbeatMillis", 1));
    }
    assertThat(made).hasValue(1);
  }

  @Test
  void a_question_that_cannot_be_read_is_the_callers_failure() {
    answers(beat -> Future.succeededFuture(new HeartbeatTaken(1)));
    refused(new JsonObject().put("NodeID", new JsonObject()), "takes a Heartbeat");
    refused("text", "takes a JSON object");
    refused(null, "takes a JSON object");
  }

  private void refused(@Nullable Object body, String text) {
    assertThatThrownBy(() -> Await.result(vertx.eventBus().request(ADDRESS, body)))
        .isInstanceOfSatisfying(
            ReplyException.class,
            e -> assertThat(e.failureCode()).isEqualTo(BusFailure.BAD_REQUEST))
        .hasMessageContaining(text);
  }

  @Test
  void an_answer_that_cannot_be_read_is_a_failure() {
    vertx
        .eventBus()
        .<JsonObject>consumer(
            ADDRESS, message -> message.reply(new JsonObject().put("HeartbeatMillis", "soon")));
    fails(this::beat, BusFailure.BUG, "HeartbeatTaken");
  }

  @Test
  void every_listener_hears_what_is_published_and_a_failing_one_goes_on() throws Exception {
    BlockingQueue<Long> one = new ArrayBlockingQueue<>(2);
    BlockingQueue<Long> two = new ArrayBlockingQueue<>(2);
    bus.listen(
        ADDRESS,
        Heartbeat.class,
        beat -> {
          one.add(beat.applied());
          throw new IllegalStateException("on purpose");
        });
    bus.listen(ADDRESS, Heartbeat.class, beat -> two.add(beat.applied()));
    bus.publish(ADDRESS, new Heartbeat("n1", "s1", 1));
    bus.publish(ADDRESS, new Heartbeat("n1", "s1", 2));
    for (BlockingQueue<Long> heard : java.util.List.of(one, two)) {
      assertThat(Objects.requireNonNull(heard.poll(20, TimeUnit.SECONDS))).isEqualTo(1);
      assertThat(Objects.requireNonNull(heard.poll(20, TimeUnit.SECONDS))).isEqualTo(2);
    }
  }

  @Test
  void within_a_daemon_a_record_arrives_as_itself() throws Exception {
    Heartbeat said = new Heartbeat("n1", "s1", 3);
    BlockingQueue<Heartbeat> heard = new ArrayBlockingQueue<>(3);
    bus.listen(ADDRESS, Heartbeat.class, heard::add);
    bus.publish(ADDRESS, said);
    bus.send(ADDRESS, said);
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isSameAs(said);
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isSameAs(said);

    LocalAddress local = LocalAddress.of("n1", "leave");
    HeartbeatTaken answer = new HeartbeatTaken(7);
    bus.answer(
        local,
        Heartbeat.class,
        asked -> {
          heard.add(asked);
          return Future.succeededFuture(answer);
        });
    assertThat(Await.result(bus.request(local, said, HeartbeatTaken.class, PATIENT)))
        .isSameAs(answer);
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isSameAs(said);
    assertThatThrownBy(
            () -> Await.result(bus.request(local, answer, HeartbeatTaken.class, PATIENT)))
        .hasMessageContaining(local.text());
  }

  @Test
  void between_daemons_a_record_is_json() throws Exception {
    Assignment said = Filled.full(Assignment.class);
    RecordCodec codec = new RecordCodec();
    Buffer wire = Buffer.buffer("before");
    codec.encodeToWire(wire, new RecordCodec.Carried(said));
    wire.appendString("behind");
    Object came = codec.decodeFromWire("before".length(), wire);
    BlockingQueue<Assignment> heard = new ArrayBlockingQueue<>(1);
    bus.listen(ADDRESS, Assignment.class, heard::add);
    vertx.eventBus().send(ADDRESS, came);
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(said);
    Buffer lies = Buffer.buffer().appendInt(1_000_000);
    assertThatThrownBy(() -> codec.decodeFromWire(0, lies))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void one_listener_hears_what_is_sent() throws Exception {
    BlockingQueue<Long> heard = new ArrayBlockingQueue<>(4);
    bus.listen(ADDRESS, Heartbeat.class, beat -> heard.add(beat.applied()));
    bus.listen(ADDRESS, Heartbeat.class, beat -> heard.add(beat.applied()));
    bus.send(ADDRESS, new Heartbeat("n1", "s1", 1));
    bus.send(ADDRESS, new Heartbeat("n1", "s1", 2));
    assertThat(Objects.requireNonNull(heard.poll(20, TimeUnit.SECONDS))).isPositive();
    assertThat(Objects.requireNonNull(heard.poll(20, TimeUnit.SECONDS))).isPositive();
    assertThat(heard).isEmpty();
  }
}
