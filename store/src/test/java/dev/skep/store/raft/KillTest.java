package dev.skep.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.model.Sensitive;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.state.ClusterState;
import dev.skep.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A process that commits is killed at any point, again and again; nothing acknowledged is lost. */
@Execution(ExecutionMode.CONCURRENT)
class KillTest {
  private static final int ROUNDS = 4;
  private static final int LINES_MAX = 500;

  @TempDir Path directory;

  private final Map<Integer, Long> counts = new HashMap<>();
  private final Map<Integer, Long> indexes = new HashMap<>();

  @Test
  void keeps_what_it_acknowledged_when_killed() throws Exception {
    long seed = Long.getLong("skep.seed", System.nanoTime());
    System.out.println("KillTest: -Dskep.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Process child = Child.start("", Committing.class, directory);
      try {
        runAndKill(child, random.nextInt(LINES_MAX));
      } finally {
        child.destroyForcibly();
      }
      assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
      check("seed " + seed + " round " + round);
    }
    assertThat(counts).hasSize(Committing.WORKERS);
  }

  /** Kills it after so many lines; what it had printed by then, in the pipe too, counts. */
  private void runAndKill(Process child, int lines) throws IOException {
    try (BufferedReader out = child.inputReader()) {
      assertThat(out.readLine()).isEqualTo("open");
      for (int i = 0; i < lines; i++) {
        take(out.readLine());
      }
      // By its handle: the process's own method closes the pipe, with what is still in it.
      child.toHandle().destroyForcibly();
      String rest = rest(out);
      // The last line may be cut short.
      rest.substring(0, rest.lastIndexOf('\n') + 1).lines().forEach(this::take);
    }
  }

  private static String rest(BufferedReader out) {
    StringBuilder rest = new StringBuilder();
    try {
      for (int c = out.read(); c >= 0; c = out.read()) {
        rest.append((char) c);
      }
    } catch (IOException e) {
      // The pipe went with the process.
    }
    return rest.toString();
  }

  private void take(String line) {
    String[] words = line.split(" ");
    int worker = Integer.parseInt(words[0]);
    counts.put(worker, Long.parseLong(words[1]));
    indexes.put(worker, Long.parseLong(words[2]));
  }

  private void check(String round) throws Exception {
    RaftStore store = Await.result(Stores.open(Committing.options(directory)));
    try {
      ClusterState state = store.state();
      List<String> secrets = new ArrayList<>();
      for (int worker = 0; worker < Committing.WORKERS; worker++) {
        long count = Committing.count(state, worker);
        long acknowledged = counts.getOrDefault(worker, 0L);
        assertThat(count).as(round).isBetween(acknowledged, acknowledged + 1);
        if (count == acknowledged && count > 0) {
          assertThat(state.service(Committing.service(worker)).orElseThrow().version().index())
              .as(round)
              .isEqualTo(indexes.get(worker));
        }
        for (long c = Math.max(1, count - 1); c <= count; c++) {
          secrets.add(Committing.secret(worker, c));
          assertThat(state.secret(Committing.secret(worker, c)).orElseThrow().spec().data())
              .as(round)
              .isEqualTo(new Sensitive(Committing.data(worker, c)));
        }
        if (count > 0) {
          Task task = state.task(Committing.task(worker)).orElseThrow();
          assertThat(task.nodeId()).as(round).isEqualTo(Committing.node(count));
          counts.put(worker, count);
          indexes.put(worker, task.version().index());
        }
      }
      assertThat(state.secrets())
          .as(round)
          .extracting(SwarmObject::id)
          .containsExactlyInAnyOrderElementsOf(secrets);
      for (int node = 0; node < Committing.NODES; node++) {
        String id = "node" + node;
        assertThat(state.tasksOfNode(id))
            .as(round)
            .containsExactlyInAnyOrderElementsOf(
                state.tasks().stream().filter(t -> t.nodeId().equals(id)).toList());
      }
    } finally {
      Await.result(store.close());
    }
  }
}
