package dev.skep.conf.swarm;

import dev.skep.store.Store;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.message.AgentMessages.Leave;
import dev.skep.store.bus.message.AgentMessages.Left;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a member that run, and how to stop them in the reverse order of their start. */
public final class RunningParts implements SwarmParts {
  private static final Logger LOG = LoggerFactory.getLogger(RunningParts.class);
  private static final long STOP_SECONDS = 10;
  private static final Duration REMOVAL = Duration.ofSeconds(110);

  private final String nodeId;
  private final Deque<Supplier<Future<?>>> stops = new ArrayDeque<>();
  private @Nullable Store store;
  private @Nullable Bus bus;
  private Future<Void> session = Future.failedFuture("no agent");
  private volatile Supplier<Optional<String>> silence = Optional::empty;

  public RunningParts(String nodeId) {
    this.nodeId = nodeId;
  }

  /** Remembers how to stop what was just started. */
  public void stopBy(Supplier<Future<?>> stop) {
    stops.push(stop);
  }

  public void store(Store store) {
    this.store = store;
  }

  public void bus(Bus bus) {
    this.bus = bus;
  }

  public void session(Future<Void> session) {
    this.session = session;
  }

  public void silence(Supplier<Optional<String>> silence) {
    this.silence = silence;
  }

  @Override
  public Optional<String> silence() {
    return silence.get();
  }

  @Override
  public Store store() {
    if (store == null) {
      throw new IllegalStateException("node " + nodeId + " keeps no store: it is a worker");
    }
    return store;
  }

  @Override
  public Bus bus() {
    if (bus == null) {
      throw new IllegalStateException("node " + nodeId + " has no bus yet");
    }
    return bus;
  }

  @Override
  public Future<Void> session() {
    return session;
  }

  @Override
  public Future<Integer> removeOwn() {
    return bus()
        .request(Addresses.leave(nodeId), new Leave(nodeId), Left.class, REMOVAL)
        .map(Left::removedContainers);
  }

  @Override
  public void stop() {
    while (!stops.isEmpty()) {
      try {
        stops.pop().get().await(STOP_SECONDS, TimeUnit.SECONDS);
      } catch (Exception e) {
        LOG.atWarn()
            .addKeyValue("node", nodeId)
            .addKeyValue("reason", e.toString())
            .log("a part did not stop cleanly");
      }
    }
  }
}
