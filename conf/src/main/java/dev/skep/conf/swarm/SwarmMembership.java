package dev.skep.conf.swarm;

import dev.skep.conf.DaemonOptions;
import dev.skep.conf.Reason;
import dev.skep.store.bus.NodeKeys;
import dev.skep.store.membership.Membership;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Node.NodeSpec;
import dev.skep.store.model.Sensitive;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Founds, joins, leaves, and comes back. One operation at a time, each from beginning to end on a
 * thread of its own.
 */
public final class SwarmMembership implements Membership {
  private static final Logger LOG = LoggerFactory.getLogger(SwarmMembership.class);

  /** How long a joining host waits for its session; Swarm's own limit. */
  private static final long JOIN_SECONDS = 20;

  /** How long the founder waits for its own agent. */
  private static final long FIRST_SESSION_SECONDS = 5;

  /**
   * How long the agent may take to stop and remove its containers when the node leaves: their grace
   * periods, and then some.
   */
  private static final long LEAVE_SECONDS = 120;

  private final Vertx host;
  private final DaemonOptions options;
  private final SwarmParts.Maker maker;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ExecutorService operations =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("skep-membership").daemon(true).factory());
  private final List<Consumer<Place>> listeners = new ArrayList<>();
  private volatile Place place = Outside.INACTIVE;
  private volatile @Nullable SwarmParts parts;
  private @Nullable Identity identity;
  private volatile boolean stopping;

  public SwarmMembership(
      Vertx host,
      DaemonOptions options,
      SwarmParts.Maker maker,
      InstantSource clock,
      RandomGenerator random) {
    this.host = host;
    this.options = options;
    this.maker = maker;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public Place place() {
    return place;
  }

  @Override
  public void onChange(Consumer<Place> listener) {
    synchronized (listeners) {
      listeners.add(listener);
      listener.accept(place);
    }
  }

  /**
   * Comes back into the swarm that this host was in, if it was in one. A manager is back when the
   * future is done; a worker goes on looking for its manager.
   */
  public Future<Void> resume() {
    return run(
        "come back into the swarm",
        () -> {
          Optional<Identity> kept = Identity.read(options.dataDir());
          if (kept.isEmpty()) {
            LostMembership.in(options.dataDir(), maker.storeDirectory()).ifPresent(this::warn);
            return null;
          }
          Leftover.clear(options.dataDir());
          identity = kept.get();
          if (identity.role().equals(NodeSpec.MANAGER)) {
            parts = maker.start(identity, null);
            move(manager(identity, parts));
          } else {
            move(worker(identity));
            operations.execute(this::returnToManager);
          }
          return null;
        });
  }

  @Override
  public Future<String> init(InitRequest request) {
    return run(
        "begin a swarm",
        () -> {
          if (identity != null && Boolean.TRUE.equals(request.forceNewCluster())) {
            return goOnAlone(identity, request);
          }
          requireOutside();
          AdvertisedAddress address =
              AdvertisedAddress.from(
                  request.listenAddr(), request.advertiseAddr(), options.address());
          FoundingRequest.check(request);
          if (Boolean.TRUE.equals(request.forceNewCluster())
              && LostMembership.in(options.dataDir(), maker.storeDirectory()).isPresent()) {
            return goOnWithout(request, address);
          }
          String nodeId = Ids.next(random);
          Identity founder =
              new Identity(
                  nodeId,
                  Ids.next(random),
                  NodeSpec.MANAGER,
                  address.host(),
                  address.port(),
                  new Sensitive("skep-" + Ids.next(random)),
                  NodeKeys.next(random),
                  List.of(new RemoteManager(nodeId, address.host() + ":" + address.port())),
                  List.of(address.host()));
          maker.requireFree(address.host());
          Leftover.remove(maker, options.dataDir());
          SwarmParts started =
              Founding.found(maker, options.dataDir(), request, founder, clock.instant(), random);
          identity = founder;
          parts = started;
          move(manager(founder, started));
          LOG.atInfo()
              .addKeyValue("node", nodeId)
              .addKeyValue("cluster", founder.clusterId())
              .log("founded a swarm");
          awaitFirstSession(started);
          return nodeId;
        });
  }

  /** The swarm whose store lies here, without the membership.json that went with it. */
  private String goOnWithout(InitRequest request, AdvertisedAddress address) throws Exception {
    maker.requireFree(address.host());
    LostMembership.Found found =
        LostMembership.goOn(maker, options.dataDir(), request, address, clock.instant());
    identity = found.identity();
    parts = found.parts();
    move(manager(found.identity(), found.parts()));
    tellAlone(found.identity());
    awaitFirstSession(found.parts());
    return found.identity().nodeId();
  }

  private static void tellAlone(Identity alone) {
    LOG.atInfo()
        .addKeyValue("node", alone.nodeId())
        .addKeyValue("cluster", alone.clusterId())
        .log("the swarm goes on with this manager alone");
  }

  private void warn(String owner) {
    LOG.atWarn().log(LostMembership.words(owner, options.dataDir(), maker.storeDirectory()));
  }

  /** The same swarm, with this manager alone; at another address its parts are started again. */
  private String goOnAlone(Identity manager, InitRequest request) throws Exception {
    SwarmParts running = parts;
    if (!manager.role().equals(NodeSpec.MANAGER) || running == null) {
      throw new MembershipException(503, "This node is not a swarm manager.");
    }
    FoundingRequest.check(request);
    AdvertisedAddress address =
        AdvertisedAddress.from(request.listenAddr(), request.advertiseAddr(), options.address());
    Identity alone = NewCluster.at(address, manager);
    if (!address.equals(new AdvertisedAddress(manager.address(), manager.controlPort()))) {
      NewCluster.Outcome moved = NewCluster.move(maker, options.dataDir(), running, manager, alone);
      identity = moved.identity();
      parts = moved.parts();
      move(
          moved.parts() == null
              ? new Outside("error", Reason.of(moved.failure()) + "; start the daemon again")
              : manager(moved.identity(), moved.parts()));
      moved.orThrow();
    }
    SwarmParts now = parts;
    if (now != null) {
      NewCluster.commit(now.store(), request, alone, clock.instant());
    }
    tellAlone(alone);
    return alone.nodeId();
  }

  @Override
  public Future<Void> join(JoinRequest request) {
    return run(
        "join the swarm",
        () -> {
          requireOutside();
          AdvertisedAddress address =
              AdvertisedAddress.from(
                  request.listenAddr(), request.advertiseAddr(), options.address());
          maker.requireFree(address.host());
          LostMembership.requireNone(options.dataDir(), maker.storeDirectory());
          Identity joined = JoiningHost.ask(host, maker.hostname(), request, address);
          Leftover.remove(maker, options.dataDir());
          Leftover.clear(options.dataDir());
          try {
            joined.write(options.dataDir());
            SwarmParts started = maker.start(joined, null);
            parts = started;
            started.session().await(JOIN_SECONDS, TimeUnit.SECONDS);
          } catch (Exception e) {
            forget();
            throw e instanceof TimeoutException
                ? new MembershipException(
                    503,
                    "Timeout was reached before node joined: no session with the manager within "
                        + JOIN_SECONDS
                        + " s; see the daemon's log, then try again")
                : e;
          }
          identity = joined;
          move(worker(joined));
          LOG.atInfo()
              .addKeyValue("node", joined.nodeId())
              .addKeyValue("cluster", joined.clusterId())
              .log("joined a swarm");
          return null;
        });
  }

  @Override
  public Future<Void> leave(boolean force) {
    return run(
        "leave the swarm",
        () -> {
          Identity leaver = identity;
          if (leaver == null) {
            throw new MembershipException(503, "This node is not part of a swarm");
          }
          if (leaver.role().equals(NodeSpec.MANAGER) && !force) {
            throw new MembershipException(
                503,
                "You are attempting to leave the swarm on a node that is participating as a manager. Removing the last manager erases all current state of"
                    + " the swarm. Use `--force` to ignore this message. ");
          }
          Identity.requireWritable(options.dataDir());
          int removed =
              (parts == null ? maker.removeOwn(leaver) : parts.removeOwn())
                  .await(LEAVE_SECONDS, TimeUnit.SECONDS);
          forget();
          LOG.atInfo()
              .addKeyValue("node", leaver.nodeId())
              .addKeyValue("containers", removed)
              .log("left the swarm");
          return null;
        });
  }

  /**
   * So that the founder's first look at its nodes shows this one ready. Without an engine it is
   * not; the swarm is founded all the same.
   */
  private static void awaitFirstSession(SwarmParts started) {
    try {
      started.session().await(FIRST_SESSION_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      LOG.atWarn()
          .addKeyValue("seconds", FIRST_SESSION_SECONDS)
          .log("the swarm is founded, but this node is not ready yet: does its engine answer?");
    }
  }

  /** Stops the parts and leaves everything as it is, for the next start. */
  public void stop() {
    stopping = true;
    operations.shutdown();
    try {
      if (!operations.awaitTermination(1, TimeUnit.SECONDS)) {
        operations.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    SwarmParts running = parts;
    if (running != null) {
      running.stop();
    }
  }

  /**
   * A worker's way back: until a manager answers, its containers run on and its swarm calls answer
   * as a worker's.
   */
  private void returnToManager() {
    Identity self = identity;
    if (stopping || self == null || parts != null) {
      return;
    }
    try {
      if (maker.reachable(self)) {
        parts = maker.start(self, null);
        return;
      }
    } catch (Exception e) {
      LOG.atWarn()
          .addKeyValue("node", self.nodeId())
          .addKeyValue("reason", Reason.of(e))
          .log("cannot come back into the swarm yet");
    }
    host.setTimer(
        SwarmParts.RETRY_MILLIS,
        timer -> {
          if (!stopping) {
            operations.execute(this::returnToManager);
          }
        });
  }

  private void requireOutside() {
    if (identity != null) {
      throw new MembershipException(
          503,
          "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and join another one.");
    }
  }

  private void forget() throws IOException {
    Leftover.mark(options.dataDir());
    SwarmParts running = parts;
    move(Outside.INACTIVE);
    if (running != null) {
      running.stop();
    }
    parts = null;
    identity = null;
    Identity.delete(options.dataDir());
    maker.forget();
    Leftover.clear(options.dataDir());
  }

  private Place worker(Identity identity) {
    return new Worker(
        identity.nodeId(),
        identity.address(),
        identity.managers(),
        () -> silence(identity.managers()));
  }

  /** Why this member is in no session with a leader; any thread may ask. */
  private Optional<String> silence(List<RemoteManager> managers) {
    SwarmParts running = parts;
    return running == null
        ? Optional.of(
            managers.stream()
                .map(RemoteManager::address)
                .collect(Collectors.joining(", ", "no manager answers this node; looking at ", "")))
        : running.silence();
  }

  private static Place manager(Identity identity, SwarmParts parts) {
    return new Manager(
        identity.nodeId(), identity.address(), identity.managers(), parts.store(), parts.bus());
  }

  private void move(Place next) {
    synchronized (listeners) {
      place = next;
      listeners.forEach(listener -> listener.accept(next));
    }
  }

  /** Does one thing; what the host, the network or the engine refused is told in one line. */
  private <T extends @Nullable Object> Future<T> run(String what, Callable<T> operation) {
    Promise<T> promise = Promise.promise();
    operations.execute(() -> {
      try {
        promise.complete(operation.call());
      } catch (MembershipException e) {
        promise.fail(e);
      } catch (Exception e) {
        promise.fail(OperatingFailure.orBug(what, e));
      }
    });
    return promise.future();
  }
}
