package dev.skep.conf.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.skep.conf.DaemonOptions;
import dev.skep.conf.StartupException;
import dev.skep.store.bus.BusFailure;
import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.membership.Membership.JoinRequest;
import dev.skep.store.membership.Membership.Outside;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.store.state.Transaction;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a failed start of a swarm's parts tells, and leaves. */
@ExtendWith(VertxExtension.class)
@Timeout(60)
class SwarmMembershipTest {
  @TempDir Path dataDir;
  private Vertx vertx;
  private final Parts parts = new Parts();

  /** Parts that cannot be started. */
  private static final class Parts implements SwarmParts.Maker {
    private Exception failure = new IOException("nothing was to be started");
    private boolean free = true;
    private int forgotten;
    private int started;

    @Override
    public SwarmParts start(Identity identity, @Nullable Transaction founding) throws Exception {
      started++;
      throw failure;
    }

    @Override
    public void requireFree(String address) {
      if (!free) {
        throw new MembershipException(500, "cannot listen on " + address);
      }
    }

    @Override
    public boolean reachable(Identity identity) {
      return false;
    }

    @Override
    public Future<Integer> removeOwn(Identity identity) {
      return Future.failedFuture(failure);
    }

    @Override
    public String hostname() {
      return "one";
    }

    @Override
    public Path storeDirectory() {
      return Path.of("/none/store");
    }

    @Override
    public void forget() {
      forgotten++;
    }
  }

  @BeforeEach
  void take(Vertx vertx) {
    this.vertx = vertx;
  }

  static List<Exception> failures() {
    return List.of(
        new BindException("bind(..) failed with error(-98): Address already in use"),
        new IOException("No space left on device\n\tat somewhere"),
        new NoSuchFileException("/var/lib/skep/store"),
        new TimeoutException(),
        new BusFailure(BusFailure.TIMEOUT, "nobody answers"),
        new StoreException(new Refusal.NotLeader("the store is stopped")),
        new StartupException("cannot read this host's name"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void a_swarm_that_cannot_begin_is_told_in_one_line_and_leaves_nothing(Exception failure)
      throws Exception {
    parts.failure = failure;
    SwarmMembership membership = membership();

    MembershipException told = init(membership);

    assertThat(told).hasMessageStartingWith("cannot begin a swarm: ").hasMessageNotContaining("\n");
    assertThat(told.getMessage()).doesNotContainPattern("[a-z]Exception|error\\(");
    assertThat(membership.place()).isEqualTo(Outside.INACTIVE);
    assertThat(dataDir).isEmptyDirectory();
    assertThat(parts.forgotten).as("before and after").isEqualTo(2);
  }

  @Test
  void a_bug_stays_one() {
    parts.failure = new IllegalStateException("a bug");

    assertThat(catchThrowableOfType(IllegalStateException.class, () -> Await.result(init())))
        .hasMessage("a bug");
  }

  @Test
  void nothing_is_begun_or_asked_where_the_bus_could_not_listen() {
    parts.free = false;
    SwarmMembership membership = membership();

    assertThat(init(membership)).hasMessage("cannot listen on 127.93.0.1");
    assertThat(
            catchThrowableOfType(
                MembershipException.class,
                () -> Await.result(membership.join(join("127.93.0.9:2377")))))
        .hasMessage("cannot listen on 127.93.0.1");
    assertThat(parts.started).isZero();
    assertThat(parts.forgotten).isZero();
  }

  @Test
  void a_manager_that_is_not_there_is_named() {
    assertThat(
            catchThrowableOfType(
                MembershipException.class,
                () -> Await.result(membership().join(join("127.93.0.9:1")))))
        .hasMessage(
            "cannot reach a manager at 127.93.0.9:1: connection refused; check that its daemon runs and that this is its control port");
  }

  private Future<String> init() {
    return membership().init(initRequest());
  }

  private MembershipException init(SwarmMembership membership) {
    return catchThrowableOfType(
        MembershipException.class, () -> Await.result(membership.init(initRequest())));
  }

  private static InitRequest initRequest() {
    return new InitRequest("0.0.0.0:2377", null, null, null, null, null, null, null, null, null);
  }

  private static JoinRequest join(String remote) {
    return new JoinRequest(
        "0.0.0.0:2377",
        null,
        null,
        List.of(remote),
        "SWMTKN-1-" + "a".repeat(50) + "-" + "b".repeat(25),
        null);
  }

  private SwarmMembership membership() {
    DaemonOptions options =
        new DaemonOptions(
            dataDir,
            dataDir.resolve("skep.sock"),
            List.of(),
            Path.of("/none.sock"),
            "127.93.0.1",
            null,
            List.of(),
            Limits.NONE,
            "info");
    return new SwarmMembership(
        vertx, options, parts, () -> Instant.parse("2026-11-21T03:00:00Z"), new Random(1));
  }
}
