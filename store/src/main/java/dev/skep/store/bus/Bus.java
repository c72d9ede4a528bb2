package dev.skep.store.bus;

import dev.skep.store.model.json.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event bus with typed messages. Within one daemon a record that is said in the clear arrives
 * as itself; between daemons it is JSON, as UTF-8 bytes, and so is all that is sealed, wherever it
 * goes. Scripts use JSON objects: where the address is a text these are taken as well and answered
 * in kind, and {@link #announce} speaks to them.
 *
 * <p>An exception in a consumer would reach its caller only as a timeout; here it becomes a failed
 * reply that says what went wrong, and a line in the log.
 */
public final class Bus {
  private static final Logger LOG = LoggerFactory.getLogger(Bus.class);

  private static final Replies IN_THE_CLEAR = new Open(Bus::write);
  private static final Replies AS_OBJECT = new Open(answer -> new JsonObject(write(answer)));

  /** To who asked within this daemon. */
  private static final Replies AS_RECORD =
      new Replies() {
        @Override
        public void answer(Message<Object> message, Object answer) {
          message.reply(new RecordCodec.Carried(answer), asRecord(new DeliveryOptions()));
        }

        @Override
        public void fail(Message<Object> message, int code, String text) {
          message.fail(code, text);
        }
      };

  private final EventBus eventBus;
  private final NodeSeals seals;

  /**
   * @param keys with which to seal what is said to nodes, and by them
   */
  public Bus(EventBus eventBus, NodeKeys keys) {
    this.eventBus = eventBus;
    this.seals = new NodeSeals(keys);
    try {
      eventBus.registerCodec(new RecordCodec());
    } catch (IllegalStateException e) {
      LOG.atTrace().setCause(e).log("another bus of this daemon has registered the codec");
    }
  }

  private static DeliveryOptions asRecord(DeliveryOptions options) {
    return options.setCodecName(RecordCodec.NAME);
  }

  /** A question that was read, and how to reply to who asked it. */
  private record Asked<Q>(Q question, Replies replies) {}

  private interface Replies {
    void answer(Message<Object> message, Object answer);

    void fail(Message<Object> message, int code, String text);
  }

  private record Open(Function<Object, Object> form) implements Replies {
    @Override
    public void answer(Message<Object> message, Object answer) {
      message.reply(form.apply(answer));
    }

    @Override
    public void fail(Message<Object> message, int code, String text) {
      message.fail(code, text);
    }
  }

  /**
   * Answers requests at {@code address}. A failed future or an exception becomes the reply's
   * failure; {@link BusFailure} keeps its code.
   */
  public <Q, A> MessageConsumer<Object> answer(
      String address, Class<Q> question, Function<Q, Future<A>> answer) {
    return answer(address, body -> open(address, body, question), answer);
  }

  /** Answers those who know the node's key, in the same way; others get FORBIDDEN. */
  public <Q, A> MessageConsumer<Object> answer(
      NodeAddress at, Class<Q> question, Function<Q, Future<A>> answer) {
    return answer(at.text(), body -> unseal(at, body, question), answer);
  }

  /** Answers nodes that speak for themselves, in the same way; others get FORBIDDEN. */
  public <Q extends FromNode, A> MessageConsumer<Object> answer(
      LeaderAddress at, Class<Q> question, Function<Q, Future<A>> answer) {
    return answer(at.text(), body -> unseal(at, body, question), answer);
  }

  /** Answers the parts of this daemon, in the same way; others find nobody. */
  public <Q, A> MessageConsumer<Object> answer(
      LocalAddress at, Class<Q> question, Function<Q, Future<A>> answer) {
    return eventBus.localConsumer(
        at.text(),
        message -> reply(at.text(), message, body -> openLocal(at.text(), body, question), answer));
  }

  private <Q, A> MessageConsumer<Object> answer(
      String address, Function<Object, Asked<Q>> read, Function<Q, Future<A>> answer) {
    return eventBus.consumer(address, message -> reply(address, message, read, answer));
  }

  /** Takes messages at {@code address} that want no reply. */
  public <M> MessageConsumer<Object> listen(String address, Class<M> type, Consumer<M> listener) {
    return listen(address, body -> read(address, body, type), listener);
  }

  /** Takes messages that want no reply from those who know the node's key. */
  public <M> MessageConsumer<Object> listen(NodeAddress at, Class<M> type, Consumer<M> listener) {
    return listen(at.text(), body -> unseal(at, body, type).question(), listener);
  }

  private <M> MessageConsumer<Object> listen(
      String address, Function<Object, M> read, Consumer<M> listener) {
    return eventBus.consumer(
        address,
        (Message<Object> message) -> {
          try {
            listener.accept(read.apply(message.body()));
          } catch (BusFailure e) {
            LOG.atDebug()
                .addKeyValue("address", address)
                .addKeyValue("cause", e.getMessage())
                .log("not listened to");
          } catch (RuntimeException e) {
            LOG.atError().addKeyValue("address", address).setCause(e).log("a bus listener failed");
          }
        });
  }

  /**
   * Asks and waits for the answer. Fails with {@link BusFailure}: {@link BusFailure#NO_LISTENER},
   * {@link BusFailure#TIMEOUT}, or what the consumer said.
   */
  public <A> Future<A> request(String address, Object question, Class<A> answer, Duration timeout) {
    DeliveryOptions options = options(timeout);
    return request(address, write(question), body -> read(address, body, answer), options)
        .recover(cause -> Future.failedFuture(failure(address, cause)));
  }

  /** Asks a part of this daemon, in the same way. */
  public <A> Future<A> request(
      LocalAddress at, Object question, Class<A> answer, Duration timeout) {
    DeliveryOptions options = asRecord(options(timeout).setLocalOnly(true));
    return request(
            at.text(),
            new RecordCodec.Carried(question),
            body -> read(at.text(), body, answer),
            options)
        .recover(cause -> Future.failedFuture(failure(at.text(), cause)));
  }

  /** Asks a node, as {@link #request(String, Object, Class, Duration)} does, sealed for it. */
  public <A> Future<A> request(NodeAddress at, Object question, Class<A> answer, Duration timeout) {
    return request(at.text(), at.nodeId(), question, answer, timeout);
  }

  /** Asks the leader, in the same way, sealed by the node that asks. */
  public <A> Future<A> request(
      LeaderAddress at, FromNode question, Class<A> answer, Duration timeout) {
    return request(at.text(), question.nodeId(), question, answer, timeout);
  }

  private <A> Future<A> request(
      String address, String nodeId, Object question, Class<A> answer, Duration timeout) {
    Envelope sealed;
    try {
      sealed = seals.question(address, nodeId, Json.storedBytes(question));
    } catch (BusFailure e) {
      return Future.failedFuture(e);
    }
    return request(
            address,
            sealed.bytes(),
            body -> Json.readStored(seals.answer(address, sealed, body), answer),
            options(timeout))
        .recover(cause ->
            Future.failedFuture(
                cause instanceof ReplyException reply
                        && reply.failureType() == ReplyFailure.RECIPIENT_FAILURE
                    ? seals.unproven(address, nodeId)
                    : failure(address, cause)));
  }

  private <A> Future<A> request(
      String address, Object question, Function<Object, A> read, DeliveryOptions options) {
    return eventBus.request(address, question, options).map(message -> read.apply(message.body()));
  }

  private static DeliveryOptions options(Duration timeout) {
    return new DeliveryOptions().setSendTimeout(timeout.toMillis());
  }

  /** Hands the message to one listener, if there is one. */
  public void send(String address, Object message) {
    eventBus.send(address, new RecordCodec.Carried(message), asRecord(new DeliveryOptions()));
  }

  /** Hands the message to the node's listener, if there is one, sealed for it. */
  public void send(NodeAddress at, Object message) {
    try {
      byte[] json = Json.storedBytes(message);
      eventBus.send(at.text(), seals.question(at.text(), at.nodeId(), json).bytes());
    } catch (BusFailure e) {
      LOG.atDebug().addKeyValue("cause", e.getMessage()).log("nobody to send to");
    }
  }

  /** Hands the message to every listener on every node. */
  public void publish(String address, Object message) {
    eventBus.publish(address, new RecordCodec.Carried(message), asRecord(new DeliveryOptions()));
  }

  /**
   * Hands a message to every listener on every node, scripts before all: as a JSON object.
   *
   * @param message asked for at most once, and only if there is a listener; from any thread
   */
  public void announce(String address, Supplier<?> message) {
    eventBus.publish(
        address, new JsonObject(new LazyMap(() -> new JsonObject(write(message.get())).getMap())));
  }

  private static <Q, A> void reply(
      String address,
      Message<Object> message,
      Function<Object, Asked<Q>> read,
      Function<Q, Future<A>> answer) {
    Replies replies = IN_THE_CLEAR;
    Future<A> answered;
    try {
      Asked<Q> asked = read.apply(message.body());
      replies = asked.replies();
      answered = answer.apply(asked.question());
    } catch (RuntimeException | Error e) {
      fail(address, message, replies, e);
      return;
    }
    Replies how = replies;
    answered
        .onSuccess(result -> {
          try {
            how.answer(message, result);
          } catch (RuntimeException | Error e) {
            fail(address, message, how, e);
          }
        })
        .onFailure(cause -> fail(address, message, how, cause));
  }

  /** What anybody asked, who is answered in kind. */
  private static <Q> Asked<Q> open(String address, Object body, Class<Q> type) {
    Q question = question(address, type, () -> read(address, body, type));
    return new Asked<>(question, body instanceof JsonObject ? AS_OBJECT : IN_THE_CLEAR);
  }

  /** What a part of this daemon asked. */
  private static <Q> Asked<Q> openLocal(String address, Object body, Class<Q> type) {
    Asked<Q> asked = open(address, body, type);
    return type.isInstance(body) ? new Asked<>(asked.question(), AS_RECORD) : asked;
  }

  private <Q> Asked<Q> unseal(NodeAddress at, Object body, Class<Q> type) {
    Envelope envelope = envelope(at.text(), body);
    if (!envelope.nodeId().equals(at.nodeId())) {
      throw seals.refusal(at.text(), "it is for the node " + envelope.nodeId());
    }
    return unseal(at.text(), envelope, type);
  }

  private <Q extends FromNode> Asked<Q> unseal(LeaderAddress at, Object body, Class<Q> type) {
    Envelope envelope = envelope(at.text(), body);
    Asked<Q> asked = unseal(at.text(), envelope, type);
    if (!asked.question().nodeId().equals(envelope.nodeId())) {
      throw seals.refusal(at.text(), "the node " + envelope.nodeId() + " speaks for another");
    }
    return asked;
  }

  private <Q> Asked<Q> unseal(String address, Envelope envelope, Class<Q> type) {
    byte[] json = seals.open(address, envelope);
    return new Asked<>(
        question(address, type, () -> Json.readStored(json, type)), sealed(address, envelope));
  }

  private Envelope envelope(String address, Object body) {
    return Envelope.of(body)
        .orElseThrow(() -> seals.refusal(address, "the message is not sealed with a node's key"));
  }

  /** Replies that nobody but the sender of the question can read, or make. */
  private Replies sealed(String address, Envelope question) {
    return new Replies() {
      @Override
      public void answer(Message<Object> message, Object answer) {
        message.reply(seals.answer(address, question, Json.storedBytes(answer)));
      }

      @Override
      public void fail(Message<Object> message, int code, String text) {
        message.reply(seals.failure(address, question, code, text));
      }
    };
  }

  /** What was asked; scripts may ask for anything, so what cannot be read is their failure. */
  private static <Q> Q question(String address, Class<Q> type, Supplier<Q> read) {
    try {
      return read.get();
    } catch (IllegalArgumentException e) {
      throw new BusFailure(
          BusFailure.BAD_REQUEST,
          address
              + " takes a "
              + type.getSimpleName()
              + ": "
              + (e.getCause() == null ? e.getMessage() : e.getCause().getMessage()));
    }
  }

  private static void fail(
      String address, Message<Object> message, Replies replies, Throwable cause) {
    if (cause instanceof BusFailure failure) {
      replies.fail(message, failure.code(), String.valueOf(failure.getMessage()));
      return;
    }
    LOG.atError().addKeyValue("address", address).setCause(cause).log("a bus consumer failed");
    replies.fail(message, BusFailure.BUG, address + ": " + cause);
  }

  private static BusFailure failure(String address, Throwable cause) {
    if (cause instanceof BusFailure known) {
      return known;
    }
    if (cause instanceof ReplyException reply) {
      return switch (reply.failureType()) {
        case NO_HANDLERS -> new BusFailure(BusFailure.NO_LISTENER, "nobody listens at " + address);
        case TIMEOUT ->
            new BusFailure(BusFailure.TIMEOUT, "no answer from " + address + " in time");
        default ->
            new BusFailure(
                reply.failureCode() <= 0 ? BusFailure.BUG : reply.failureCode(),
                String.valueOf(reply.getMessage()));
      };
    }
    return new BusFailure(BusFailure.BUG, address + ": " + cause);
  }

  private static Buffer write(Object message) {
    return Buffer.buffer(Json.storedBytes(message));
  }

  /** Throws IllegalArgumentException when it is no such thing, BusFailure when it is no JSON. */
  private static <T> T read(String address, @Nullable Object body, Class<T> type) {
    if (type.isInstance(body)) {
      return type.cast(body);
    }
    return switch (body) {
      case Buffer json -> Json.readStored(json.getBytes(), type);
      case JsonObject json -> Json.readStored(json.toBuffer().getBytes(), type);
      case null, default ->
          throw new BusFailure(BusFailure.BAD_REQUEST, address + " takes a JSON object");
    };
  }
}
