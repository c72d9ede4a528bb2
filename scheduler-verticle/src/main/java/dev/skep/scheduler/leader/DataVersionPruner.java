package dev.skep.scheduler.leader;

import dev.skep.scheduler.orchestrate.DecisionReason;
import dev.skep.scheduler.orchestrate.Plan;
import dev.skep.store.model.Blob;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.state.Change;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Commit;
import dev.skep.store.state.DataVersions;
import dev.skep.store.state.DataVersions.InUse;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Forgets earlier data of secrets and configs once no service is at it or can go back to it. It
 * looks after services changed, and not too often: a look goes through all services. Not
 * thread-safe.
 */
final class DataVersionPruner {
  /** Between two looks. */
  static final Duration REST = Duration.ofSeconds(10);

  private final Set<Key> holders = new TreeSet<>();
  private boolean due = true;
  private Instant looked;

  /** A secret or config with earlier data. */
  private record Key(Kind kind, String id) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return kind == other.kind ? id.compareTo(other.id) : kind.compareTo(other.kind);
    }
  }

  /**
   * @param now the first look comes a rest later
   */
  DataVersionPruner(ClusterState state, Instant now) {
    looked = now;
    Stream.of(state.secrets(), state.configs())
        .flatMap(Collection::stream)
        .forEach(object -> follow((Blob) object, false));
  }

  void observe(Commit commit) {
    for (Change change : commit.changes()) {
      if (change.object() instanceof Blob blob) {
        follow(blob, change instanceof Change.Deleted);
      } else if (change.object() instanceof Service) {
        due = true;
      }
    }
  }

  private void follow(Blob blob, boolean deleted) {
    Key key = new Key(blob.kind(), blob.id());
    if (deleted || blob.pastData().isEmpty()) {
      holders.remove(key);
    } else {
      holders.add(key);
      due = true;
    }
  }

  /** When there may be something to forget; absent when nothing changed. */
  Optional<Instant> nextLook() {
    if (!due || holders.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(looked.plus(REST));
  }

  /** What the last look decided was not committed: the next one decides again. */
  void again() {
    due = true;
  }

  /** Adds to the plan what is to be forgotten now. */
  void decide(Plan plan) {
    Instant next = nextLook().orElse(null);
    if (next == null || next.isAfter(plan.now())) {
      return;
    }
    looked = plan.now();
    due = false;
    for (Key key : holders) {
      if (plan.full()) {
        due = true;
        break;
      }
      if (plan.base().find(key.kind(), key.id()).orElse(null) instanceof Blob blob) {
        look(plan, blob);
      }
    }
  }

  private void look(Plan plan, Blob blob) {
    ClusterState state = plan.base();
    InUse inUse = DataVersions.inUse(blob, state.services(), state::tasksOfService);
    // No service changes when such a task gets its container.
    due |= !inUse.specs().containsAll(inUse.tasks());
    SwarmObject pruned = inUse.prune(blob);
    if (!pruned.equals(blob)) {
      plan.updateUnread(pruned);
      plan.because(
          new DecisionReason(
              "past data forgotten",
              null,
              null,
              null,
              0,
              "no service reads it or can go back to it: "
                  + blob.kind().noun()
                  + " "
                  + blob.name()));
    }
  }
}
