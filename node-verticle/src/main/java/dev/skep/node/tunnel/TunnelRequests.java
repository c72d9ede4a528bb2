package dev.skep.node.tunnel;

import dev.skep.engine.Engine;
import dev.skep.engine.http.EngineException;
import dev.skep.engine.http.EngineUnavailableException;
import dev.skep.node.concurrent.Fibers;
import dev.skep.store.bus.Addresses;
import dev.skep.store.bus.Bus;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.bus.message.TunnelMessages.OpenTunnel;
import dev.skep.store.bus.message.TunnelMessages.TunnelOpened;
import io.vertx.core.Future;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets members of the swarm reach this node's engine: whoever asks on the bus, which only members
 * are on, gets a ticket for one connection. Nothing listens before the first one asks.
 */
public final class TunnelRequests {
  private static final Logger LOG = LoggerFactory.getLogger(TunnelRequests.class);

  private final String nodeId;
  private final String address;
  private final Path engineSocket;
  private final Engine engine;
  private final Fibers fibers;
  private final Bus bus;
  private final InstantSource clock;
  private final RandomGenerator random;
  private @Nullable MessageConsumer<Object> consumer;
  private @Nullable Future<TunnelServer> server;

  public TunnelRequests(
      String nodeId,
      String address,
      Path engineSocket,
      Engine engine,
      Fibers fibers,
      Bus bus,
      InstantSource clock,
      RandomGenerator random) {
    this.nodeId = nodeId;
    this.address = address;
    this.engineSocket = engineSocket;
    this.engine = engine;
    this.fibers = fibers;
    this.bus = bus;
    this.clock = clock;
    this.random = random;
  }

  public void open() {
    consumer =
        bus.answer(
            Addresses.tunnel(nodeId),
            OpenTunnel.class,
            question -> fibers.start(() -> admit(question)));
  }

  private TunnelOpened admit(OpenTunnel question) {
    JsonObject version;
    try {
      version = engine.version().await();
    } catch (EngineUnavailableException | EngineException e) {
      throw new BusFailure(
          BusFailure.NO_LISTENER,
          "its engine at " + engineSocket + " does not answer: " + e.getMessage());
    }
    TunnelServer listening = server().await();
    LOG.atDebug().addKeyValue("node", question.from()).log("a way to the engine was asked for");
    return new TunnelOpened(
        address,
        listening.port(),
        listening.ticket(),
        version.getString("MinAPIVersion", ""),
        version.getString("ApiVersion", ""));
  }

  private Future<TunnelServer> server() {
    Future<TunnelServer> known = server;
    if (known == null || known.failed()) {
      known = TunnelServer.listen(address, engineSocket, clock, random);
      server = known;
    }
    return known;
  }

  public Future<Void> close() {
    Future<Void> deaf = consumer == null ? Future.succeededFuture() : consumer.unregister();
    Future<TunnelServer> listening = server;
    return deaf.eventually(() ->
        listening == null
            ? Future.succeededFuture()
            : listening.compose(TunnelServer::close, failed -> Future.succeededFuture()));
  }
}
