package dev.skep.store.bus;

import dev.skep.store.model.Sensitive;
import dev.skep.store.model.json.Json;
import dev.skep.store.seal.Seal;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals and opens what is said to nodes and by them. A question can be opened at the address that
 * it was sealed for, and its reply, an answer or a failure, by who asked. Any thread may call.
 *
 * <p>Who catches a question can send it to the same address later, once or often; the reply is for
 * nobody but its first sender.
 */
final class NodeSeals {
  private static final Logger LOG = LoggerFactory.getLogger(NodeSeals.class);

  /** More than a swarm has nodes; beyond, those of nodes that are gone are forgotten with all. */
  private static final int MAX_KNOWN = 10_000;

  /** Strangers may send at any rate; the log tells of them once in so long. */
  private static final long TELL_NANOS = 10_000_000_000L;

  /** First byte of a reply: the answer's JSON follows. */
  private static final byte ANSWER = 0;

  /** First byte of a reply: the JSON of a {@link Failure} follows. */
  private static final byte FAILURE = 1;

  private final NodeKeys keys;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final AtomicLong told = new AtomicLong(System.nanoTime() - TELL_NANOS);

  private record Known(Sensitive key, Seal seal) {}

  private record Failure(int code, String message) {}

  NodeSeals(NodeKeys keys) {
    this.keys = keys;
  }

  /** A question for an address, sealed with the key of the node that it is for or from. */
  Envelope question(String address, String nodeId, byte[] json) {
    return new Envelope(nodeId, seal(address, nodeId).seal(json, asked(address)));
  }

  /** The JSON of a question. Throws BusFailure when it was not sealed with that node's key. */
  byte[] open(String address, Envelope question) {
    return open(address, question, asked(address));
  }

  Buffer answer(String address, Envelope question, byte[] json) {
    return reply(address, question, ANSWER, json);
  }

  Buffer failure(String address, Envelope question, int code, String message) {
    return reply(address, question, FAILURE, Json.storedBytes(new Failure(code, message)));
  }

  private Buffer reply(String address, Envelope question, byte kind, byte[] json) {
    byte[] plain = new byte[1 + json.length];
    plain[0] = kind;
    System.arraycopy(json, 0, plain, 1, json.length);
    String node = question.nodeId();
    return new Envelope(node, seal(address, node).seal(plain, replied(address, question))).bytes();
  }

  /**
   * The JSON of the answer to a question. Throws BusFailure when there is a failure in its place,
   * or when it is not what the node, or the leader to the node, said to this question.
   */
  byte[] answer(String address, Envelope question, @Nullable Object body) {
    Envelope reply = Envelope.of(body).orElse(null);
    if (reply == null || !reply.nodeId().equals(question.nodeId())) {
      throw unproven(address, question.nodeId());
    }
    byte[] plain;
    try {
      plain = seal(address, reply.nodeId()).open(reply.sealed(), replied(address, question));
    } catch (IOException e) {
      throw unproven(address, question.nodeId());
    }
    byte[] json = Arrays.copyOfRange(plain, 1, plain.length);
    if (plain[0] == FAILURE) {
      Failure failure = Json.readStored(json, Failure.class);
      throw new BusFailure(failure.code(), failure.message());
    }
    return json;
  }

  /** What came in place of an answer could be from anybody who listens there. */
  BusFailure unproven(String address, String nodeId) {
    return refusal(address, "the answer is not sealed with the key of the node " + nodeId);
  }

  private byte[] open(String address, Envelope envelope, String context) {
    try {
      return seal(address, envelope.nodeId()).open(envelope.sealed(), context);
    } catch (IOException e) {
      throw refusal(
          address,
          "the message is not sealed with the key of the node %s for this address"
              .formatted(envelope.nodeId()));
    }
  }

  private static String asked(String address) {
    return "question " + address;
  }

  /** What a reply to a sealed question is, and to no other. */
  private static String replied(String address, Envelope question) {
    try {
      return "reply " + address + " " + Seal.mark(question.sealed());
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Somebody said what he may not say. */
  BusFailure refusal(String address, String why) {
    long last = told.get();
    if (System.nanoTime() - last >= TELL_NANOS && told.compareAndSet(last, System.nanoTime())) {
      LOG.atWarn()
          .addKeyValue("address", address)
          .addKeyValue("reason", why)
          .log("refused a message on the bus");
    }
    return new BusFailure(BusFailure.FORBIDDEN, "refused at %s: %s".formatted(address, why));
  }

  private Seal seal(String address, String nodeId) {
    Sensitive key =
        keys.of(nodeId)
            .orElseThrow(() -> refusal(address, "this host knows no key of a node " + nodeId));
    Known ready = known.get(nodeId);
    if (ready == null || !ready.key().equals(key)) {
      if (known.size() >= MAX_KNOWN) {
        known.clear();
      }
      byte[] bytes = Base64.getUrlDecoder().decode(key.text());
      ready = new Known(key, new Seal(bytes, "the store, or membership.json"));
      known.put(nodeId, ready);
    }
    return ready.seal();
  }
}
