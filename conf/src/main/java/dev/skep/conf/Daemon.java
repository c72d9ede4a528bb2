package dev.skep.conf;

import dev.skep.conf.swarm.SwarmMembership;
import dev.skep.store.time.SteadyClock;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One host's process: the parts that live as long as it (gateway, control port, engine I/O) and the
 * membership that starts and stops the others.
 */
final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

  /** Containers run on without us, so nothing at the end is worth a longer wait. */
  private static final long STOP_SECONDS = 5;

  /** How often to look for an engine that was not there at the start. */
  private static final long ENGINE_LOOK_MILLIS = 1_000;

  private final DaemonOptions options;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private @Nullable Vertx host;
  private @Nullable SwarmMembership membership;
  private @Nullable FileChannel lock;

  Daemon(DaemonOptions options) {
    this.options = options;
  }

  /** Returns when the Engine API is served. Throws {@link StartupException}. */
  void start() {
    // Read once by Hazelcast, before any configuration.
    System.setProperty("hazelcast.logging.type", "slf4j");
    lock = locked(options.dataDir());
    Path scratch = scratch(options.dataDir());
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    host = vertx;
    if (!vertx.isNativeTransportEnabled()) {
      throw new StartupException(
          "the native epoll transport does not load on this machine (its library was unpacked in "
              + scratch
              + ", which must not be mounted noexec): "
              + vertx.unavailableNativeTransportCause());
    }
    // Before the store is read: a start makes much that nobody keeps.
    HeapKeeper.watch(vertx);
    SteadyClock clock = new SteadyClock(InstantSource.system(), System::nanoTime);
    SecureRandom random = new SecureRandom();
    Wiring wiring = new Wiring(vertx, options, clock, random);
    SwarmMembership member = new SwarmMembership(vertx, options, wiring, clock, random);
    membership = member;
    try {
      member.resume().await();
      wiring.deployGateway(member).await();
    } catch (Exception e) { // awaiting throws what a future failed with, checked or not
      LOG.atDebug().setCause(e).log("start failed");
      throw new StartupException(Reason.of(e));
    }
  }

  /** Whether somebody listens at the engine's socket. */
  static boolean answers(Path socket) {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether something else is where the engine's socket should be, such as a directory. */
  static boolean isNoSocket(Path socket) {
    return Files.isDirectory(socket) || Files.isRegularFile(socket);
  }

  /** Says once that the engine is there, when it was not at the start. */
  void awaitEngine() {
    Vertx vertx = host;
    if (vertx != null) {
      vertx.setPeriodic(
          ENGINE_LOOK_MILLIS,
          timer -> {
            if (answers(options.engine())) {
              vertx.cancelTimer(timer);
              LOG.atInfo().addKeyValue("engine", options.engine()).log("the engine is there");
            }
          });
    }
  }

  /** Returns once {@link #stop} has ended. */
  void awaitStop() {
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the process's parts; containers run on. */
  void stop() {
    try {
      if (membership != null) {
        membership.stop();
      }
      if (host != null) {
        host.close().await(STOP_SECONDS, TimeUnit.SECONDS);
      }
      if (lock != null) {
        lock.close();
      }
    } catch (Exception e) {
      LOG.atWarn().addKeyValue("reason", e.toString()).log("did not stop cleanly");
    } finally {
      stopped.countDown();
    }
  }

  private static FileChannel locked(Path dataDir) {
    Path file = dataDir.resolve("lock");
    try {
      Files.createDirectories(dataDir);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock held = channel.tryLock();
      if (held == null) {
        channel.close();
        throw inUse(dataDir);
      }
      return channel;
    } catch (OverlappingFileLockException e) {
      throw inUse(dataDir);
    } catch (IOException e) {
      throw unusable(dataDir, e);
    }
  }

  private static Path scratch(Path dataDir) {
    try {
      return Scratch.open(dataDir);
    } catch (IOException e) {
      throw unusable(dataDir, e);
    }
  }

  private static StartupException unusable(Path dataDir, IOException cause) {
    return new StartupException(
        "cannot use the data directory "
            + dataDir
            + ": "
            + Reason.of(cause)
            + "; give another with --data-dir or run as a user who may write there");
  }

  private static StartupException inUse(Path dataDir) {
    return new StartupException(
        "the data directory "
            + dataDir
            + " is in use by another skep daemon; stop that one or give another with --data-dir");
  }
}
