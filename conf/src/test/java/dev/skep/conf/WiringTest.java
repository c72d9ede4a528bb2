package dev.skep.conf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.conf.bus.BusCluster;
import dev.skep.conf.swarm.SwarmMembership;
import dev.skep.store.membership.Membership;
import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.state.Limits;
import dev.skep.store.time.SteadyClock;
import dev.skep.testkit.Await;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A part of a manager that does not start takes all those down that were started before it. */
@ExtendWith(VertxExtension.class)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WiringTest {
  private static final String HOST = "127.93.0.1";

  @TempDir Path dir;
  private final SteadyClock clock = new SteadyClock(InstantSource.system(), System::nanoTime);
  private DaemonOptions options;
  private Wiring wiring;

  /** A manager that was there before, with all its files. */
  @BeforeEach
  void found(Vertx vertx) {
    options =
        new DaemonOptions(
            dir,
            dir.resolve("skep.sock"),
            List.of(),
            dir.resolve("engine.sock"),
            HOST,
            "one",
            List.of(),
            Limits.NONE,
            "info");
    wiring = new Wiring(vertx, options, clock, new Random(1));
    SwarmMembership founder = member(vertx);
    Await.result(
        founder.init(
            new InitRequest(
                "0.0.0.0:2377", HOST, null, null, null, null, false, null, false, null)));
    founder.stop();
  }

  private SwarmMembership member(Vertx vertx) {
    return new SwarmMembership(vertx, options, wiring, clock, new Random(2));
  }

  @Test
  void a_store_that_is_not_there(Vertx vertx) throws Exception {
    Files.move(dir.resolve("store"), dir.resolve("elsewhere"));
    assertNothingRunsAfter(vertx, "put a whole copy of its store back");
    Files.move(dir.resolve("elsewhere"), dir.resolve("store"));
    assertComesBack(vertx);
  }

  @Test
  void a_bus_whose_port_is_taken(Vertx vertx) throws Exception {
    try (ServerSocket taken = taking(BusCluster.PORT)) {
      assertNothingRunsAfter(vertx, "127.93.0.1:" + taken.getLocalPort());
    }
    assertComesBack(vertx);
  }

  @Test
  void a_control_port_that_is_taken(Vertx vertx) throws Exception {
    try (ServerSocket taken = taking(2377)) {
      assertNothingRunsAfter(vertx, "cannot listen on the control port 127.93.0.1:2377");
      assertThat(taken.isBound()).isTrue();
    }
    assertComesBack(vertx);
  }

  @Test
  void an_agent_that_cannot_keep_its_assignments(Vertx vertx) throws Exception {
    Path agent = dir.resolve("agent");
    Files.writeString(agent, "in the way");
    assertNothingRunsAfter(
        vertx,
        "cannot come back into the swarm: "
            + agent.resolve("assignments.json")
            + ": not a directory");
    Files.delete(agent);
    assertComesBack(vertx);
  }

  private static ServerSocket taking(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.ofLiteral(HOST));
  }

  private void assertNothingRunsAfter(Vertx vertx, String words) {
    Set<String> before = threads();
    SwarmMembership member = member(vertx);
    assertThat(Await.failure(member.resume())).hasMessageContaining(words);
    member.stop();
    Await.until(
        "no threads but those before", Await.BOUND, WiringTest::threads, before::containsAll);
  }

  /** Each part has all it needs again: ports, locks, directories. */
  private void assertComesBack(Vertx vertx) {
    SwarmMembership member = member(vertx);
    Await.result(member.resume());
    assertThat(member.place()).isInstanceOf(Membership.Manager.class);
    member.stop();
  }

  /** By name, less what the JVM and Vert.x keep for the next who asks. */
  private static Set<String> threads() {
    Predicate<String> kept =
        name ->
            name.startsWith("ForkJoinPool")
                || name.startsWith("vert.x-")
                || name.startsWith("VirtualThread")
                || name.startsWith("globalEventExecutor");
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(kept.negate())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
