package dev.skep.store.raft;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.Samples;
import dev.skep.store.Store;
import dev.skep.store.StoreContract;
import dev.skep.store.StoreFailure;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.raft.snapshot.Snapshots;
import dev.skep.store.replica.CommitLog;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.Filled;
import dev.skep.store.state.Op;
import dev.skep.store.state.Refusal;
import dev.skep.store.state.StoreException;
import dev.skep.testkit.Await;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class RaftStoreTest extends StoreContract {
  /** What the log does behind the writes' back is waited for so long at most. */
  private static final Duration SETTLES = Duration.ofSeconds(WAIT_SECONDS);

  @TempDir Path directory;

  @Override
  protected Store open() throws Exception {
    return open(RaftStoreOptions.DEFAULT_SNAPSHOT_INTERVAL, CommitLog.KEPT);
  }

  private Store open(long snapshotInterval, int keptCommits) throws Exception {
    return Await.result(
        Stores.open(
            Stores.options(directory)
                .withSnapshotInterval(snapshotInterval)
                .withKeptCommits(keptCommits)));
  }

  private void reopen() throws Exception {
    Await.result(store.close());
    store = open();
  }

  /** Keeps next to no commits, so that snapshots are of nearly the present state. */
  private void reopen(long snapshotInterval) throws Exception {
    reopen(snapshotInterval, 1);
  }

  private void reopen(long snapshotInterval, int keptCommits) throws Exception {
    Await.result(store.close());
    store = open(snapshotInterval, keptCommits);
  }

  @Test
  void keeps_every_write_over_a_restart() throws Exception {
    writeMuch();
    ClusterState before = store.state();
    reopen();
    assertSame(store.state(), before);
  }

  @Test
  void keeps_every_write_over_a_restart_from_a_snapshot() throws Exception {
    reopen(10);
    writeMuch();
    ClusterState before = store.state();
    assertThat(snapshots()).hasSize(1);

    reopen(10);
    assertSame(store.state(), before);
    commit(now().create(Samples.service("more", "more")));
    ClusterState after = store.state();
    reopen(10);
    assertSame(store.state(), after);
  }

  private void writeMuch() throws Exception {
    for (SwarmObject object : Filled.everything()) {
      commit(now().create(object));
    }
    for (SwarmObject object : List.copyOf(store.state().configs())) {
      commit(now().delete(object));
    }
    commit(now().create(Samples.service("s1", "web")).create(Samples.task("t1", "s1", 1, "n1")));
    for (int i = 0; i < 25; i++) {
      commit(now().update(Samples.renamed(stored("s1"), "web" + i)));
      refusal(now().create(Samples.service("s1", "again")));
    }
  }

  @Test
  void a_watch_goes_on_after_a_restart() throws Exception {
    List<Commit> committed = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      committed.add(commit(now().create(Samples.service("s" + i, "n" + i))));
    }
    long term = store.leadership().term();
    reopen();
    assertThat(store.leadership().term()).isGreaterThan(term);
    committed.add(commit(now().create(Samples.service("more", "more"))));

    assertThat(watched(committed.get(2).index()))
        .containsExactlyElementsOf(committed.subList(3, 6).stream().map(Commit::index).toList());
    assertThat(refusal(now().term(term).create(Samples.service("x", "x"))))
        .isEqualTo(new Refusal.StaleTerm(term, store.leadership().term()));
  }

  @Test
  void a_watch_of_what_is_kept_goes_on_after_a_restart_wherever_the_snapshot_fell()
      throws Exception {
    int kept = 10;
    reopen(3, kept);
    List<Long> committed = new ArrayList<>();
    for (int i = 0; i < 2 * kept + 3; i++) {
      committed.add(commit(now().create(Samples.service("s" + i, "n" + i))).index());
      refusal(now().create(Samples.service("s" + i, "again")));
      if (i >= 2 * kept) {
        reopen(3, kept);
        List<Long> last = committed.subList(committed.size() - kept - 1, committed.size());
        assertThat(watched(last.getFirst()))
            .containsExactlyElementsOf(last.subList(1, last.size()));
      }
    }
    assertThat(snapshots()).hasSize(1);
    assertThatThrownBy(() -> watched(committed.get(kept))).hasMessageContaining("no longer");
  }

  @Test
  void keeps_fewer_commits_when_they_are_large() throws Exception {
    String data = "x".repeat(RatisSetup.ENTRY_BYTES_MAX * 3 / 4);
    List<Long> committed = new ArrayList<>();
    long written = 0;
    for (; written < 2 * CommitLog.KEPT_BYTES; written += data.length()) {
      committed.add(
          commit(
                  now()
                      .create(Samples.secret("x", "x", data))
                      .add(new Op.Delete(Kind.SECRET, "x", 0)))
              .index());
    }
    int kept = (int) (CommitLog.KEPT_BYTES / data.length());
    assertThatThrownBy(() -> watched(committed.getFirst())).hasMessageContaining("no longer kept");
    List<Long> last = committed.subList(committed.size() - kept, committed.size());

    assertThat(watched(last.getFirst() - 1)).containsExactlyElementsOf(last);

    reopen();

    int outlives = Snapshots.REPLAYED_BYTES / data.length() + 1;
    last = last.subList(last.size() - outlives, last.size());
    assertThat(watched(last.getFirst() - 1)).containsExactlyElementsOf(last);
    assertThat(bytes()).as("of %d written", written).isLessThan(written / 2);
  }

  /** The indexes of the commits after one. */
  private List<Long> watched(long after) {
    List<Long> seen = new ArrayList<>();
    watch(after, commit -> seen.add(commit.index())).close();
    return seen;
  }

  @Test
  void a_watch_from_before_what_is_kept_is_refused_after_a_restart() throws Exception {
    reopen(5);
    long first = commit(now().create(Samples.service("s", "n"))).index();
    for (int i = 0; i < 20; i++) {
      commit(now().create(Samples.service("s" + i, "n" + i)));
    }
    reopen(5);
    assertThatThrownBy(() -> watched(first)).hasMessageContaining("no longer kept");
    watch(store.state().index(), commit -> {}).close();
  }

  @Test
  void accepts_after_a_restart_what_it_accepted_before() throws Exception {
    reopen(3);
    commit(now().create(Samples.secret("x", "x", "YQ==")));
    ClusterState looked = store.state();
    for (int i = 0; i < 10; i++) {
      commit(now().create(Samples.node("n" + i, "h")));
    }
    commit(now().unchanged(Kind.SECRET, looked).create(Samples.service("s", "web")));
    reopen(3);
    assertThat(store.state().service("s")).isPresent();
    commit(now().unchanged(Kind.SECRET, looked).create(Samples.service("s2", "api")));
  }

  @Test
  void purges_the_log_behind_a_snapshot() throws Exception {
    reopen(10);
    String data = "x".repeat(300_000);
    for (int i = 0; i < 40; i++) {
      commit(
          now()
              .create(Samples.secret("x" + i, "x" + i, data))
              .add(new Op.Delete(Kind.SECRET, "x" + i, 0)));
    }
    // The log is purged behind the writes' back: sizes settle a little later.
    Instant until = Instant.now().plus(SETTLES);
    while (bytes() >= 40L * 300_000 / 2 || snapshots().size() != 1) {
      assertThat(Instant.now()).as("%d bytes, %s", bytes(), snapshots()).isBefore(until);
      Thread.onSpinWait();
    }
  }

  @Test
  void a_start_does_not_read_again_what_was_removed() throws Exception {
    reopen(RaftStoreOptions.DEFAULT_SNAPSHOT_INTERVAL);
    int count = 24;
    String data = "x".repeat(900_000);
    long half = (long) count * data.length() / 2;
    for (int i = 0; i < count; i++) {
      commit(now().create(Samples.secret("x" + i, "x" + i, data)));
    }
    // One each time that there is twice as much; what is removed then makes no log to speak of.
    awaitSnapshot(bytes -> bytes > half);
    for (int i = 0; i < count; i++) {
      commit(now().add(new Op.Delete(Kind.SECRET, "x" + i, 0)));
    }
    awaitSnapshot(bytes -> bytes < half);
  }

  private void awaitSnapshot(LongPredicate size) throws Exception {
    Instant until = Instant.now().plus(SETTLES);
    while (!size.test(snapshotBytes())) {
      assertThat(Instant.now()).as("%d bytes, %s", snapshotBytes(), snapshots()).isBefore(until);
      Thread.onSpinWait();
    }
  }

  private long snapshotBytes() throws Exception {
    long bytes = 0;
    for (Path file : snapshots()) {
      try {
        bytes += Files.size(file);
      } catch (NoSuchFileException _) {
        // Replaced since it was listed.
      }
    }
    return bytes;
  }

  private long bytes() throws Exception {
    long bytes = 0;
    for (Path file : files()) {
      try {
        bytes += Files.size(file);
      } catch (NoSuchFileException _) {
        // Purged since it was listed.
      }
    }
    return bytes;
  }

  @Test
  void nothing_on_the_disk_shows_what_is_stored() throws Exception {
    reopen(5);
    String secret = Base64.getEncoder().encodeToString("hush-hush".getBytes(UTF_8));
    for (int i = 0; i < 12; i++) {
      commit(now().create(Samples.secret("x" + i, "named" + i, secret)));
    }
    assertThat(snapshots()).isNotEmpty();
    for (Path file : files()) {
      assertThat(Files.readString(file, ISO_8859_1))
          .as(file.toString())
          .doesNotContain("hush-hush", secret, "named");
    }
    reopen(5);
    assertThat(store.state().secret("x11").orElseThrow().spec().data())
        .isEqualTo(new Sensitive(secret));
  }

  @Test
  void without_its_key_a_store_says_which_file_is_missing() throws Exception {
    commit(now().create(Samples.secret("x", "x", "YQ==")));
    Await.result(store.close());
    Path key = directory.resolve("cluster.key");
    byte[] right = Files.readAllBytes(key);
    Files.delete(key);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining(key.toString())
        .hasMessageContaining("put the right file back");
    Files.write(key, right);
    store = open();
    assertThat(store.state().secret("x")).isPresent();
  }

  @Test
  void a_second_store_on_the_directory_is_refused() throws Exception {
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("is in use by process " + ProcessHandle.current().pid());
    commit(now().create(Samples.service("s", "web")));
  }

  @Test
  void another_member_is_refused() throws Exception {
    Await.result(store.close());
    RaftStoreOptions other = new RaftStoreOptions(directory, "c1", "m2", "127.0.0.1", 4242);
    assertThatThrownBy(() -> Await.result(RaftStore.open(other)))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("it is the store of node m1 of the swarm c1, not of node m2");
    store = open();
  }

  @Test
  void a_transaction_too_large_is_refused_with_its_size() throws Exception {
    String data = "x".repeat(RatisSetup.ENTRY_BYTES_MAX);
    assertThatThrownBy(() -> commit(now().create(Samples.secret("x", "x", data))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("1 steps");
    String half = data.substring(data.length() / 2);
    assertThatThrownBy(() ->
            commit(
                now()
                    .create(Samples.secret("x", "x", half))
                    .create(Samples.secret("y", "y", half))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("2 steps");
    commit(now().create(Samples.secret("x", "x", half)));
    reopen();
    assertThat(store.state().secret("x")).isPresent();
  }

  @Test
  void a_closed_store_says_so() throws Exception {
    Await.result(store.close());
    assertThatThrownBy(() -> commit(now().create(Samples.service("s", "web"))))
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("closed");
    assertThat(store.leadership().here()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 40, 150})
  void drops_a_last_record_that_was_written_in_part(int missing) throws Exception {
    ClusterState before;
    byte[] acknowledged;
    byte[] log;
    int tries = 0;
    do {
      commit(now().create(Samples.service("s1" + tries, "one" + tries)));
      before = store.state();
      acknowledged = Files.readAllBytes(directory.resolve("last-entry"));
      commit(now().create(Samples.service("s2" + tries, "two" + tries)));
      Await.result(store.close());
      log = Files.readAllBytes(openSegment());
      if (log[log.length - 1] == 0) {
        store = open(); // zeros behind it could be the rest of such a record: it would be whole
      }
    } while (log[log.length - 1] == 0 && ++tries < 10);
    Files.write(directory.resolve("last-entry"), acknowledged);
    Files.write(
        openSegment(), Arrays.copyOf(Arrays.copyOf(log, log.length - missing), log.length * 2));

    store = open();
    assertSame(store.state(), before);
    commit(now().create(Samples.service("s3", "two" + tries)));
    ClusterState after = store.state();
    reopen();
    assertSame(store.state(), after);
  }

  @Test
  void names_a_damaged_log_and_leaves_it_alone() throws Exception {
    for (int i = 0; i < 10; i++) {
      commit(now().create(Samples.service("s" + i, "n" + i)));
    }
    Await.result(store.close());
    byte[] log = Files.readAllBytes(openSegment());
    log[log.length / 2] ^= 1;
    Files.write(openSegment(), log);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("the log is damaged")
        .hasMessageContaining(openSegment().toString());
    assertThat(openSegment()).hasBinaryContent(log);
  }

  @Test
  void names_a_damaged_snapshot() throws Exception {
    reopen(5);
    writeMuch();
    Await.result(store.close());
    Path snapshot = snapshots().getFirst();
    byte[] bytes = Files.readAllBytes(snapshot);
    bytes[bytes.length / 2] ^= 1;
    Files.write(snapshot, bytes);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreFailure.class)
        .hasMessageContaining("the snapshot " + snapshot + " is damaged");
  }

  private Path openSegment() throws Exception {
    return files().stream()
        .filter(file -> file.getFileName().toString().startsWith("log_inprogress"))
        .findFirst()
        .orElseThrow();
  }

  private List<Path> files() throws Exception {
    try (var files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof NoSuchFileException) {
        return files();
      }
      throw e;
    }
  }

  private List<Path> snapshots() throws Exception {
    return files().stream()
        .filter(file -> file.getFileName().toString().matches("snapshot\\.\\d+_\\d+"))
        .toList();
  }
}
