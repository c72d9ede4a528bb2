package dev.skep.node.dns;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CancellationException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * This node's names: the room's door. Nothing runs and nothing listens before the first network is
 * there, and before the first table: an answer that comes too early would deny what is about to be
 * known. Used on one context only.
 */
public final class LocalDns {
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
  private static final int PORT = 53;

  private final Vertx vertx;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Promise<Void> filled = Promise.promise();
  private volatile NameTable table = NameTable.EMPTY;
  private @Nullable Future<DnsServer> deployed;

  /**
   * @param vertx on whose event loops it runs
   * @param random a secure source
   */
  public LocalDns(Vertx vertx, RandomGenerator random, InstantSource clock) {
    this.vertx = vertx;
    this.random = random;
    this.clock = clock;
  }

  /** Answers from this table from now on. */
  public void publish(NameTable next) {
    table = next;
    filled.tryComplete();
    if (deployed != null) {
      deployed.onSuccess(DnsServer::changed);
    }
  }

  /**
   * Listens at a network's gateway, over UDP and TCP; completes once it does, which is not before
   * the first table. Fails when the address cannot be bound.
   */
  public Future<Void> listen(DnsEndpoint place) {
    return filled.future().compose(ready -> server()).compose(r -> r.listen(place));
  }

  /** Listens no more for a network. */
  public Future<Void> close(String networkId) {
    Future<DnsServer> running = deployed;
    return running == null
        ? Future.succeededFuture()
        : running.compose(r -> r.close(networkId)).otherwiseEmpty();
  }

  private Future<DnsServer> server() {
    Future<DnsServer> known = deployed;
    if (known == null || known.failed()) {
      DnsServer made = new DnsServer(() -> table, random, clock, RESOLV_CONF, PORT, PORT);
      known = vertx.deployVerticle(made).map(id -> made);
      deployed = known;
    }
    return known;
  }

  /** Ends it all; whoever waits for the first table waits no longer (CancellationException). */
  public Future<Void> close() {
    filled.tryFail(new CancellationException("the agent is stopped"));
    Future<DnsServer> running = deployed;
    return running == null
        ? Future.succeededFuture()
        : running.compose(r -> vertx.undeploy(r.deploymentID())).otherwiseEmpty();
  }
}
