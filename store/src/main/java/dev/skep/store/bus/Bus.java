package dev.skep.store.bus;

import dev.skep.store.model.Json;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event bus with typed messages. An exception in a consumer would reach its caller only as a
 * timeout; here it becomes a failed reply that says what went wrong, and a line in the log.
 */
public final class Bus {
  private static final Logger LOG = LoggerFactory.getLogger(Bus.class);

  private final EventBus eventBus;

  public Bus(EventBus eventBus) {
    this.eventBus = eventBus;
  }

  /**
   * Answers requests at {@code address}. A failed future or an exception becomes the reply's
   * failure; {@link BusFailure} keeps its code.
   */
  public <Q, A> MessageConsumer<JsonObject> answer(
      String address, Class<Q> question, Function<Q, Future<A>> answer) {
    return eventBus.consumer(address, message -> reply(address, message, question, answer));
  }

  /** Takes messages at {@code address} that want no reply. */
  public <M> MessageConsumer<JsonObject> listen(
      String address, Class<M> type, Consumer<M> listener) {
    return eventBus.consumer(
        address,
        (Message<JsonObject> message) -> {
          try {
            listener.accept(read(message.body(), type));
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
    return eventBus
        .<JsonObject>request(
            address, write(question), new DeliveryOptions().setSendTimeout(timeout.toMillis()))
        .map(message -> read(message.body(), answer))
        .recover(cause -> Future.failedFuture(failure(address, cause)));
  }

  /** Hands the message to one listener, if there is one. */
  public void send(String address, Object message) {
    eventBus.send(address, write(message));
  }

  /** Hands the message to every listener on every node. */
  public void publish(String address, Object message) {
    eventBus.publish(address, write(message));
  }

  private static <Q, A> void reply(
      String address,
      Message<JsonObject> message,
      Class<Q> question,
      Function<Q, Future<A>> answer) {
    Future<JsonObject> answered;
    try {
      answered = answer.apply(question(address, message, question)).map(Bus::write);
    } catch (RuntimeException | Error e) {
      fail(address, message, e);
      return;
    }
    answered.onSuccess(message::reply).onFailure(cause -> fail(address, message, cause));
  }

  /** What was asked; scripts may ask for anything, so what cannot be read is their failure. */
  private static <Q> Q question(String address, Message<?> message, Class<Q> type) {
    if (!(message.body() instanceof JsonObject body)) {
      throw new BusFailure(BusFailure.BAD_REQUEST, address + " takes a JSON object");
    }
    try {
      return read(body, type);
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

  private static void fail(String address, Message<JsonObject> message, Throwable cause) {
    if (cause instanceof BusFailure failure) {
      message.fail(failure.code(), failure.getMessage());
      return;
    }
    LOG.atError().addKeyValue("address", address).setCause(cause).log("a bus consumer failed");
    message.fail(BusFailure.BUG, address + ": " + cause);
  }

  private static BusFailure failure(String address, Throwable cause) {
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

  private static JsonObject write(Object message) {
    return new JsonObject(io.vertx.core.buffer.Buffer.buffer(Json.storedBytes(message)));
  }

  private static <T> T read(JsonObject body, Class<T> type) {
    return Json.readStored(body.toBuffer().getBytes(), type);
  }
}
