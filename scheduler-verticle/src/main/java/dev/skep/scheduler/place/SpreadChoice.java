package dev.skep.scheduler.place;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The branch with the fewest tasks of the service; one without room leaves. */
final class SpreadChoice implements Choice {
  /**
   * @param tasks of the service in the branch
   */
  record Turn(String value, Choice branch, int tasks) {
    static final Comparator<Turn> ORDER =
        Comparator.comparingInt(Turn::tasks).thenComparing(Turn::value);
  }

  private final PriorityQueue<Turn> turns = new PriorityQueue<>(Turn.ORDER);

  SpreadChoice(List<Turn> branches) {
    turns.addAll(branches);
  }

  @Override
  public @Nullable NodeLoad next() {
    while (!turns.isEmpty()) {
      Turn turn = turns.remove();
      NodeLoad load = turn.branch().next();
      if (load != null) {
        turns.add(new Turn(turn.value(), turn.branch(), turn.tasks() + 1));
        return load;
      }
    }
    return null;
  }
}
