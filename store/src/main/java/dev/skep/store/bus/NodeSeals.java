package dev.skep.store.bus;

import dev.skep.store.model.Sensitive;
import dev.skep.store.seal.Seal;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals and opens what is said to nodes and by them. A question can be opened at the address that
 * it was sealed for, and its answer by who asked. Any thread may call.
 *
 * <p>A question that was caught can be sent once more to the same address. Every exchange on the
 * bus can be repeated without harm, and the answer is for nobody but its first sender.
 */
final class NodeSeals {
  private static final Logger LOG = LoggerFactory.getLogger(NodeSeals.class);

  /** More than a swarm has nodes; beyond, those of nodes that are gone are forgotten with all. */
  private static final int MAX_KNOWN = 10_000;

  /** Strangers may send at any rate; the log tells of them once in so long. */
  private static final long TELL_NANOS = 10_000_000_000L;

  private final NodeKeys keys;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final AtomicLong told = new AtomicLong(System.nanoTime() - TELL_NANOS);

  private record Known(Sensitive key, Seal seal) {}

  NodeSeals(NodeKeys keys) {
    this.keys = keys;
  }

  static String question(String address) {
    return "question " + address;
  }

  /** What the answer to a sealed question is, and to no other. */
  static String answer(String address, Envelope question) {
    try {
      return "answer " + address + " " + Seal.mark(question.sealed());
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  Envelope seal(String nodeId, byte[] plain, String context) {
    return new Envelope(nodeId, seal(nodeId).seal(plain, context));
  }

  /** Throws BusFailure when it was not sealed with the node's key, for this context. */
  byte[] open(String address, Envelope envelope, String context) {
    try {
      return seal(envelope.nodeId()).open(envelope.sealed(), context);
    } catch (IOException e) {
      throw refusal(
          address, "it is not sealed with the key of the node " + envelope.nodeId() + " for this");
    }
  }

  /** Somebody said what he may not say. */
  BusFailure refusal(String address, String why) {
    long last = told.get();
    if (System.nanoTime() - last >= TELL_NANOS && told.compareAndSet(last, System.nanoTime())) {
      LOG.atWarn().addKeyValue("address", address).log("refused a message: " + why);
    }
    return new BusFailure(BusFailure.FORBIDDEN, "refused what came to " + address + ": " + why);
  }

  private Seal seal(String nodeId) {
    Sensitive key =
        keys.of(nodeId)
            .orElseThrow(
                () -> new BusFailure(BusFailure.NO_SESSION, "this host knows no node " + nodeId));
    Known ready = known.get(nodeId);
    if (ready == null || !ready.key().equals(key)) {
      if (known.size() >= MAX_KNOWN) {
        known.clear();
      }
      byte[] bytes = Base64.getUrlDecoder().decode(key.text());
      ready = new Known(key, new Seal(bytes, "the swarm's store"));
      known.put(nodeId, ready);
    }
    return ready.seal();
  }
}
