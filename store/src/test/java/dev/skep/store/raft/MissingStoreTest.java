package dev.skep.store.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.Samples;
import dev.skep.store.StoreFailure;
import dev.skep.store.raft.file.GroupFiles;
import dev.skep.store.raft.file.LastEntry;
import dev.skep.store.raft.file.LogFiles;
import dev.skep.store.raft.file.SnapshotDigest;
import dev.skep.store.state.Transaction;
import dev.skep.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** No store is not an empty store: what is not whole is refused in words and left as it is. */
@Execution(ExecutionMode.CONCURRENT)
class MissingStoreTest {
  private static final int SERVICES = 30;

  @TempDir Path data;
  private Path directory;
  private Path group;
  private RaftStoreOptions options;

  /** What happens to a store's files while no daemon runs. */
  interface Damage {
    void to(MissingStoreTest store) throws IOException;
  }

  @BeforeEach
  void found() throws Exception {
    directory = data.resolve("store");
    group = GroupFiles.in(directory);
    options = Stores.options(directory).withSnapshotInterval(8).withKeptCommits(1);
    RaftStore store = Await.result(RaftStore.found(options));
    for (int i = 0; i < SERVICES; i++) {
      Await.result(
          store.commit(
              Transaction.at(Samples.AT).create(Samples.service("s" + i, "n" + i)).build()));
    }
    Await.result(store.close());
    assertThat(LogFiles.newestSnapshot(group.resolve("sm"))).isPresent();
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        damage("the log's files removed", "raft-meta is missing", s -> s.empty("current")),
        damage(
            "the log's segments removed",
            "entries are missing",
            s -> s.deleteAll("current", "log_.*")),
        damage("the log removed", "its log is missing", s -> Tree.delete(s.group("current"))),
        damage(
            "the group removed",
            "its log is missing",
            s -> Tree.delete(s.directory.resolve("raft"))),
        damage("the store removed", "there is no store", s -> Tree.delete(s.directory)),
        damage(
            "an empty directory instead",
            "there is no store",
            s -> {
              Tree.delete(s.directory);
              Files.createDirectory(s.directory);
            }),
        damage(
            "the files beside the log removed",
            "key is missing",
            s -> s.deleteAll("../..", "[a-z].*")),
        damage("the notes missing", "raft-meta is missing", s -> Files.delete(s.notes())),
        damage("the notes empty", "names no term", s -> Files.write(s.notes(), new byte[0])),
        damage("the notes damaged", "names no term", s -> Files.writeString(s.notes(), "term=x")),
        damage(
            "the notes huge",
            "more than there can be",
            s -> Files.write(s.notes(), new byte[1 << 20])),
        damage("the member damaged", "raft-meta.conf", s -> Files.writeString(s.members(), "~~")),
        damage("the member empty", "names no member", s -> Files.write(s.members(), new byte[0])),
        damage(
            "the end of the log removed",
            "the last one that was acknowledged",
            s -> s.truncateLog()),
        damage("an old log beside the snapshot", "entries are missing", s -> s.oldLog()),
        damage(
            "this member's key missing",
            "put the right file back",
            s -> Files.delete(s.own("member.key"))),
        damage(
            "the swarm's key missing",
            "put the right file back",
            s -> Files.delete(s.own("cluster.key"))),
        damage(
            "this member's key empty",
            "0 bytes",
            s -> Files.write(s.own("member.key"), new byte[0])),
        damage(
            "the swarm's key empty",
            "cannot be opened",
            s -> Files.write(s.own("cluster.key"), new byte[0])),
        damage(
            "the swarm's key huge",
            "more than there can be",
            s -> Files.write(s.own("cluster.key"), new byte[1 << 20])),
        damage(
            "another member's key",
            "put the right file",
            s -> Files.write(s.own("member.key"), new byte[32])),
        damage(
            "the store of an older version",
            "an older version of Skep made it",
            s -> {
              Files.delete(s.own("cluster.key"));
              Files.move(s.own("member.key"), s.own("key"));
            }),
        damage(
            "the mark damaged",
            "says whose store this is, is damaged",
            s -> Files.writeString(s.own("store.json"), "{")),
        damage(
            "the mark empty",
            "says whose store this is, is damaged",
            s -> Files.writeString(s.own("store.json"), "{}")),
        damage(
            "the checksum and the snapshot damaged",
            "and so is its snapshot",
            s -> {
              Files.writeString(s.checksum(), "?");
              byte[] bytes = Files.readAllBytes(s.snapshot());
              bytes[bytes.length / 2] ^= 1;
              Files.write(s.snapshot(), bytes);
            }));
  }

  private static Arguments damage(String name, String told, Damage damage) {
    return Arguments.of(name, told, damage);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damages")
  void is_refused_in_words_and_left_as_it_is(String name, String told, Damage damage)
      throws Exception {
    damage.to(this);
    SortedMap<String, String> before = Tree.of(data);
    assertThatThrownBy(() -> Await.result(RaftStore.open(options)))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("cannot open the store in " + directory)
        .hasMessageContaining(told);
    assertThat(Tree.of(data)).isEqualTo(before);
  }

  @Test
  void of_another_cluster_or_member_is_refused() throws Exception {
    SortedMap<String, String> before = Tree.of(data);
    for (List<String> other : List.of(List.of("c2", "m1"), List.of("c1", "m2"))) {
      RaftStoreOptions theirs =
          new RaftStoreOptions(directory, other.getFirst(), other.getLast(), "127.0.0.1", 4242);
      assertThatThrownBy(() -> Await.result(RaftStore.open(theirs)))
          .hasMessageContaining("it is the store of node m1 of the swarm c1, not of node ");
    }
    assertThat(Tree.of(data)).isEqualTo(before);
  }

  @Test
  void is_not_founded_over_another() throws Exception {
    SortedMap<String, String> before = Tree.of(data);
    assertThatThrownBy(() -> Await.result(RaftStore.found(options)))
        .hasMessageContaining("there is something of a store already");
    assertThat(Tree.of(data)).isEqualTo(before);
  }

  @Test
  void without_its_mark_it_is_marked_again() throws Exception {
    Files.delete(own("store.json"));
    opens();
    assertThat(own("store.json")).exists();
  }

  @Test
  void without_a_note_of_its_last_entry_it_opens() throws Exception {
    Files.delete(own("last-entry"));
    opens();
    Files.writeString(own("last-entry"), "\0".repeat(20));
    opens();
    assertThat(LastEntry.read(directory)).isGreaterThanOrEqualTo(SERVICES);
  }

  @ParameterizedTest
  @MethodSource("checksums")
  void with_a_damaged_checksum_of_a_sound_snapshot_it_opens(String checksum) throws Exception {
    String right = Files.readString(checksum());
    Files.writeString(checksum(), checksum.replace("NAME", snapshot().getFileName().toString()));
    opens();
    assertThat(Files.readString(checksum())).isEqualTo(right);
  }

  static Stream<String> checksums() {
    return Stream.of(
        "",
        "?",
        "0".repeat(32) + " *NAME\n",
        "0".repeat(32) + " *snapshot.9_9\n",
        "x".repeat(2_000));
  }

  @Test
  void without_its_snapshot_it_opens_as_long_as_the_log_has_all() throws Exception {
    empty("sm");
    opens();
  }

  @Test
  void without_the_checksum_of_its_snapshot_it_opens() throws Exception {
    Files.delete(checksum());
    opens();
  }

  private void opens() throws Exception {
    RaftStore store = Await.result(RaftStore.open(options));
    try {
      assertThat(store.state().services()).hasSize(SERVICES);
    } finally {
      Await.result(store.close());
    }
  }

  private Path group(String name) {
    return group.resolve(name);
  }

  private Path own(String name) {
    return directory.resolve(name);
  }

  private Path notes() {
    return group("current").resolve("raft-meta");
  }

  private Path members() {
    return group("current").resolve("raft-meta.conf");
  }

  private Path snapshot() throws IOException {
    return LogFiles.newestSnapshot(group("sm")).orElseThrow();
  }

  private Path checksum() throws IOException {
    return SnapshotDigest.of(snapshot());
  }

  private void empty(String name) throws IOException {
    deleteAll(name, ".*");
  }

  private void deleteAll(String name, String pattern) throws IOException {
    try (Stream<Path> files = Files.list(group(name))) {
      for (Path file : files.toList()) {
        if (Files.isRegularFile(file) && file.getFileName().toString().matches(pattern)) {
          Files.delete(file);
        }
      }
    }
  }

  private Path openSegment() throws IOException {
    return LogFiles.look(group).segments().getLast().path();
  }

  /** As if its last acknowledged entries had never been written. */
  private void truncateLog() throws IOException {
    byte[] log = Files.readAllBytes(openSegment());
    int end = log.length;
    while (log[end - 1] == 0) {
      end--;
    }
    Files.write(openSegment(), java.util.Arrays.copyOf(log, end - 400));
  }

  /** One that ends before the snapshot, and nothing that says so. */
  private void oldLog() throws IOException {
    Files.delete(own("last-entry"));
    Files.write(openSegment(), "RaftLog1".getBytes(StandardCharsets.US_ASCII));
    long snapshot = LogFiles.look(group).snapshot();
    Files.move(openSegment(), group("current").resolve("log_inprogress_" + (snapshot - 3)));
  }
}
