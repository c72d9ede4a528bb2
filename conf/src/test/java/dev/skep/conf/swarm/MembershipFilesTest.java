package dev.skep.conf.swarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.conf.DaemonOptions;
import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.membership.Membership.JoinRequest;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.membership.Membership.Outside;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Node.ManagerStatus;
import dev.skep.store.state.Limits;
import dev.skep.store.state.Transaction;
import dev.skep.testkit.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A host's membership over its files: what a crash, a damage or a failure at any step leaves. */
@ExtendWith(VertxExtension.class)
class MembershipFilesTest {
  private static final Instant AT = Instant.parse("2026-11-21T03:00:00Z");
  private static final int FILES = 20;

  @TempDir Path root;
  private Vertx vertx;
  private final List<SwarmMembership> running = new ArrayList<>();
  private int copies;

  @BeforeEach
  void take(Vertx vertx) {
    this.vertx = vertx;
  }

  @AfterEach
  void stop() {
    running.forEach(SwarmMembership::stop);
  }

  private SwarmMembership member(Path dataDir, FakeMaker maker) {
    DaemonOptions options =
        new DaemonOptions(
            dataDir,
            dataDir.resolve("skep.sock"),
            List.of(),
            dataDir.resolve("engine.sock"),
            "127.0.0.1",
            null,
            List.of(),
            Limits.NONE,
            "info");
    SwarmMembership member =
        new SwarmMembership(vertx, options, maker, InstantSource.fixed(AT), new Random(5));
    running.add(member);
    return member;
  }

  private SwarmMembership member(Path dataDir) {
    return member(dataDir, new FakeMaker(vertx, dataDir, step -> {}));
  }

  private Path dataDir() throws IOException {
    return Files.createDirectories(root.resolve("data"));
  }

  private static InitRequest request(@Nullable String advertise, boolean force) {
    return new InitRequest(
        "0.0.0.0:2377", advertise, null, null, null, null, force, null, false, null);
  }

  @Test
  void after_a_crash_at_any_step_a_host_is_a_member_or_in_no_swarm() throws Exception {
    Path dataDir = dataDir();
    List<Path> crashes = new ArrayList<>();
    FakeMaker maker = new FakeMaker(vertx, dataDir, step -> crashes.add(copyOf(dataDir)));
    SwarmMembership member = member(dataDir, maker);
    Await.result(member.init(request(null, false)));
    crashes.add(copyOf(dataDir));
    Await.result(member.leave(true));
    crashes.add(copyOf(dataDir));
    assertThat(crashes).hasSizeBetween(10, FILES + 10);

    int members = 0;
    for (Path crashed : crashes) {
      SwarmMembership again = member(crashed);
      Await.result(again.resume());
      if (again.place() instanceof Manager manager) {
        assertThat(manager.store().state().cluster()).isPresent();
        members++;
      } else {
        assertThat(again.place()).isEqualTo(Outside.INACTIVE);
        Await.result(again.init(request(null, false)));
        assertThat(again.place()).isInstanceOf(Manager.class);
      }
      again.stop();
    }
    assertThat(members).isGreaterThan(0);
  }

  /** As a kill would leave it: what the process had written. */
  private Path copyOf(Path dataDir) throws IOException {
    Path copy = root.resolve("crash-" + copies++);
    try (Stream<Path> files = Files.walk(dataDir)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            copy.resolve(dataDir.relativize(file).toString()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return copy;
  }

  @ParameterizedTest
  @ValueSource(strings = {"found the store", "commit the founding", "start the parts"})
  void a_founding_that_fails_leaves_nothing(String failing) throws Exception {
    Path dataDir = dataDir();
    SwarmMembership member =
        member(
            dataDir,
            new FakeMaker(
                vertx,
                dataDir,
                step -> {
                  if (step.equals(failing)) {
                    throw new IOException("no " + step);
                  }
                }));
    assertThatThrownBy(() -> Await.result(member.init(request(null, false))))
        .hasMessageContaining("no " + failing);
    assertThat(member.place()).isEqualTo(Outside.INACTIVE);
    try (Stream<Path> left = Files.list(dataDir)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void a_founding_that_cannot_be_remembered_leaves_nothing_and_says_so() throws Exception {
    Path dataDir = dataDir();
    // In the way of the new file, as no other user could put it there.
    Path inTheWay = Files.createDirectories(dataDir.resolve("membership.json.new/x"));
    SwarmMembership member = member(dataDir);
    assertThatThrownBy(() -> Await.result(member.init(request(null, false))))
        .isInstanceOf(MembershipException.class)
        .hasMessageContaining("cannot write " + dataDir.resolve("membership.json"))
        .hasMessageContaining("try again");
    assertThat(member.place()).isEqualTo(Outside.INACTIVE);
    assertThat(dataDir.resolve("store")).doesNotExist();
    Files.delete(inTheWay);
    Await.result(member.init(request(null, false)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "null",
        "[]",
        "\0\0\0\0",
        "{\"NodeID\":\"n\",\"Role\":\"manager\"}",
        "~~~"
      })
  void a_damaged_membership_is_named_and_left_alone(String content) throws Exception {
    Path file = Files.writeString(dataDir().resolve("membership.json"), content);
    SwarmMembership member = member(dataDir());
    assertThatThrownBy(() -> Await.result(member.resume()))
        .hasMessageContaining(file.toString())
        .hasMessageContaining("is damaged")
        .hasMessageContaining("Put a copy of it back and start again");
    assertThat(file).hasContent(content);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"Address\":\"127.0.0.2\",\"ControlPort\":2377 | it lacks the node's key",
        "\"Address\":\"127.0.0.2\",\"ControlPort\":2377,\"NodeKey\":\"%%\" | its node's key is not 32 bytes",
        "\"Address\":\"127.0.0.2\",\"ControlPort\":2377,\"NodeKey\":\"AAAA\" | its node's key is not 32 bytes",
        "\"Address\":\"8.8.8.8\",\"ControlPort\":2377,\"NodeKey\":\"KEY\" | 8.8.8.8:2377 is no address",
        "\"Address\":\"127.0.0.2\",\"ControlPort\":999999,\"NodeKey\":\"KEY\" | :999999 is no address"
      })
  void a_membership_that_no_daemon_wrote_says_what_is_wrong(String fields, String words)
      throws Exception {
    Files.writeString(
        dataDir().resolve("membership.json"),
        "{\"NodeID\":\"n\",\"ClusterID\":\"c\",\"Role\":\"worker\",\"BusSecret\":\"s\",%s}"
            .formatted(fields.replace("\"KEY\"", "\"" + "A".repeat(43) + "\"")));
    assertThatThrownBy(() -> Await.result(member(dataDir()).resume()))
        .hasMessageContaining("is damaged")
        .hasMessageContaining(words);
  }

  @Test
  void a_manager_without_its_store_does_not_start_with_an_empty_one() throws Exception {
    Path dataDir = dataDir();
    SwarmMembership member = member(dataDir);
    Await.result(member.init(request(null, false)));
    member.stop();
    Files.move(dataDir.resolve("store"), root.resolve("elsewhere"));

    assertThatThrownBy(() -> Await.result(member(dataDir).resume()))
        .hasMessageContaining("there is no store");
    assertThat(dataDir.resolve("store")).doesNotExist();

    Files.move(root.resolve("elsewhere"), dataDir.resolve("store"));
    SwarmMembership again = member(dataDir);
    Await.result(again.resume());
    assertThat(again.place()).isInstanceOf(Manager.class);
  }

  @Test
  void a_store_whose_membership_was_lost_is_kept_for_who_puts_it_back() throws Exception {
    Path dataDir = dataDir();
    Path file = dataDir.resolve("membership.json");
    SwarmMembership member = member(dataDir);
    String nodeId = Await.result(member.init(request(null, false)));
    Cluster cluster = cluster(member);
    member.stop();
    Path elsewhere = Files.move(file, root.resolve("elsewhere"));

    SwarmMembership lost = member(dataDir);
    Await.result(lost.resume());
    assertThat(lost.place()).isEqualTo(Outside.INACTIVE);
    JoinRequest join =
        new JoinRequest("0.0.0.0:2377", null, null, List.of("127.0.0.1:1"), "SWMTKN-1-x-y", null);
    for (Future<?> change : List.of(lost.init(request(null, false)), lost.join(join))) {
      assertThatThrownBy(() -> Await.result(change))
          .isInstanceOf(MembershipException.class)
          .hasMessageContaining(
              dataDir.resolve("store")
                  + " holds the store of node "
                  + nodeId
                  + " of the swarm "
                  + cluster.id())
          .hasMessageContaining(file + ", which says that this host is that node, is missing")
          .hasMessageContaining("Put that file back")
          .hasMessageContaining("--force-new-cluster")
          .hasMessageContaining("move " + dataDir.resolve("store") + " away");
    }
    lost.stop();

    Files.move(elsewhere, file);
    SwarmMembership again = member(dataDir);
    Await.result(again.resume());
    assertThat(cluster(again)).isEqualTo(cluster);
  }

  @Test
  void a_swarm_whose_membership_was_lost_goes_on_by_force_at_the_address_that_is_said()
      throws Exception {
    Path dataDir = dataDir();
    SwarmMembership member = member(dataDir);
    String nodeId = Await.result(member.init(request("127.0.0.1", false)));
    Cluster cluster = cluster(member);
    member.stop();
    Files.delete(dataDir.resolve("membership.json"));

    SwarmMembership lost = member(dataDir);
    Await.result(lost.resume());
    assertThat(Await.result(lost.init(request("127.0.0.9:2400", true)))).isEqualTo(nodeId);
    assertThat(cluster(lost)).isEqualTo(cluster);
    lost.stop();

    SwarmMembership again = member(dataDir);
    Await.result(again.resume());
    Manager place = (Manager) again.place();
    assertThat(place.nodeId()).isEqualTo(nodeId);
    assertThat(place.store().state().node(nodeId).orElseThrow().managerStatus())
        .isEqualTo(new ManagerStatus(true, "reachable", "127.0.0.9:2400"));
  }

  @Test
  void what_a_member_has_is_no_leftover() throws Exception {
    Path dataDir = dataDir();
    SwarmMembership member = member(dataDir);
    Await.result(member.init(request(null, false)));
    member.stop();
    Leftover.mark(dataDir); // as a crash leaves it between the first two steps of leaving

    SwarmMembership again = member(dataDir);
    Await.result(again.resume());
    again.stop();
    assertThat(Leftover.marked(dataDir)).isFalse();
  }

  @Test
  void a_manager_goes_on_alone_with_what_it_has() throws Exception {
    Path dataDir = dataDir();
    FakeMaker maker = new FakeMaker(vertx, dataDir, step -> {});
    SwarmMembership member = member(dataDir, maker);
    String nodeId = Await.result(member.init(request("127.0.0.1", false)));
    Cluster cluster = cluster(member);

    assertThat(Await.result(member.init(request("127.0.0.1", true)))).isEqualTo(nodeId);
    assertThat(cluster(member)).isEqualTo(cluster);
    assertThat(maker.started).hasSize(1);

    assertThat(Await.result(member.init(request("127.0.0.9:2400", true)))).isEqualTo(nodeId);
    assertThat(maker.started).hasSize(2);
    assertThat(cluster(member).id()).isEqualTo(cluster.id());
    Manager place = (Manager) member.place();
    assertThat(place.address()).isEqualTo("127.0.0.9");
    var node = place.store().state().node(nodeId).orElseThrow();
    assertThat(node.status().addr()).isEqualTo("127.0.0.9");
    assertThat(node.managerStatus())
        .isEqualTo(new ManagerStatus(true, "reachable", "127.0.0.9:2400"));
    member.stop();

    SwarmMembership again = member(dataDir);
    Await.result(again.resume());
    assertThat(((Manager) again.place()).address()).isEqualTo("127.0.0.9");
  }

  @Test
  void a_manager_that_cannot_go_elsewhere_stays_where_it_was() throws Exception {
    Path dataDir = dataDir();
    FakeMaker maker =
        new FakeMaker(
            vertx,
            dataDir,
            new FakeMaker.Steps() {
              private int starts;

              @Override
              public void before(String step) throws IOException {
                if (step.equals("start the parts") && ++starts == 2) {
                  throw new IOException("the port is taken");
                }
              }
            });
    SwarmMembership member = member(dataDir, maker);
    Await.result(member.init(request("127.0.0.1", false)));
    assertThatThrownBy(() -> Await.result(member.init(request("127.0.0.9", true))))
        .hasMessageContaining("the port is taken");
    Manager place = (Manager) member.place();
    assertThat(place.address()).isEqualTo("127.0.0.1");
    Await.result(place.store().commit(Transaction.at(AT).update(cluster(member)).build()));
  }

  @Test
  void without_force_a_manager_is_in_a_swarm_already() throws Exception {
    SwarmMembership member = member(dataDir());
    Await.result(member.init(request(null, true)));
    assertThatThrownBy(() -> Await.result(member.init(request(null, false))))
        .hasMessageContaining("already part of a swarm");
  }

  private static Cluster cluster(SwarmMembership member) {
    return ((Manager) member.place()).store().state().cluster().orElseThrow();
  }
}
