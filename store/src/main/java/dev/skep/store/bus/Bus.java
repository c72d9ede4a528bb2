package dev.skep.store.bus;

import dev.skep.store.model.Json;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event bus with typed messages: JSON, as UTF-8 bytes between Skep's own parts: written once
 * and read once, where JSON objects would be parsed and copied on the way. Scripts use JSON
 * objects: these are taken as well, they are answered in kind, and {@link #announce} speaks to
 * them.
 *
 * <p>An exception in a consumer would reach its caller only as a timeout; here it becomes a failed
 * reply that says what went wrong, and a line in the log.
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
  public <Q, A> MessageConsumer<Object> answer(
      String address, Class<Q> question, Function<Q, Future<A>> answer) {
    return eventBus.consumer(address, message -> reply(address, message, question, answer));
  }

  /** Takes messages at {@code address} that want no reply. */
  public <M> MessageConsumer<Object> listen(String address, Class<M> type, Consumer<M> listener) {
    return eventBus.consumer(
        address,
        (Message<Object> message) -> {
          try {
            listener.accept(read(address, message.body(), type));
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
        .request(address, write(question), new DeliveryOptions().setSendTimeout(timeout.toMillis()))
        .map(message -> read(address, message.body(), answer))
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
      String address, Message<Object> message, Class<Q> question, Function<Q, Future<A>> answer) {
    Future<Buffer> answered;
    try {
      answered = answer.apply(question(address, message, question)).map(Bus::write);
    } catch (RuntimeException | Error e) {
      fail(address, message, e);
      return;
    }
    boolean script = message.body() instanceof JsonObject;
    answered
        .onSuccess(json -> message.reply(script ? new JsonObject(json) : json))
        .onFailure(cause -> fail(address, message, cause));
  }

  /** What was asked; scripts may ask for anything, so what cannot be read is their failure. */
  private static <Q> Q question(String address, Message<Object> message, Class<Q> type) {
    try {
      return read(address, message.body(), type);
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

  private static void fail(String address, Message<Object> message, Throwable cause) {
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

  private static Buffer write(Object message) {
    return Buffer.buffer(Json.storedBytes(message));
  }

  /** Throws IllegalArgumentException when it is no such thing, BusFailure when it is no JSON. */
  private static <T> T read(String address, @Nullable Object body, Class<T> type) {
    return switch (body) {
      case Buffer json -> Json.readStored(json.getBytes(), type);
      case JsonObject json -> Json.readStored(json.toBuffer().getBytes(), type);
      case null, default ->
          throw new BusFailure(BusFailure.BAD_REQUEST, address + " takes a JSON object");
    };
  }
}
