package dev.skep.node.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.engine.Health;
import dev.skep.store.model.TaskState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskStepTest {
  private static final List<Observed> CONTAINERS =
      List.of(
          Observed.ABSENT,
          new Observed.Created("c"),
          new Observed.Alive("c", 7, Health.NONE),
          new Observed.Alive("c", 7, Health.STARTING),
          new Observed.Alive("c", 7, Health.HEALTHY),
          new Observed.Alive("c", 7, Health.UNHEALTHY),
          new Observed.Dead("c", 0, ""),
          new Observed.Dead("c", 1, ""),
          new Observed.Dead("c", 137, "out of memory"));

  private static Observed container(String name) {
    return switch (name) {
      case "absent" -> Observed.ABSENT;
      case "created" -> new Observed.Created("c");
      case "alive" -> new Observed.Alive("c", 7, Health.NONE);
      case "probing" -> new Observed.Alive("c", 7, Health.STARTING);
      case "healthy" -> new Observed.Alive("c", 7, Health.HEALTHY);
      case "unhealthy" -> new Observed.Alive("c", 7, Health.UNHEALTHY);
      case "exit0" -> new Observed.Dead("c", 0, "");
      case "exit1" -> new Observed.Dead("c", 1, "");
      case "oom" -> new Observed.Dead("c", 137, "out of memory");
      case "sick0" -> new Observed.Dead("c", 0, "dockerexec: unhealthy container");
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static String shown(Step step) {
    return switch (step) {
      case Step.Rest _ -> "rest";
      case Step.Advance a -> a.to().text() + " " + a.message();
      case Step.End e -> "end " + e.as().text() + " " + text(e.message()) + " " + text(e.err());
      case Step.Prepare _ -> "prepare";
      case Step.Start _ -> "start";
      case Step.Stop _ -> "stop";
      case Step.Remove _ -> "remove";
      case Step.Forget _ -> "forget";
    };
  }

  private static String text(@Nullable String text) {
    return text == null ? "-" : text;
  }

  @ParameterizedTest(name = "wanted {0}, reported {1}, container {2}: {3}")
  @CsvSource({
    "running, new,       absent,    accepted accepted",
    "running, assigned,  absent,    accepted accepted",
    "running, accepted,  absent,    preparing preparing",
    "running, preparing, absent,    prepare",
    "running, preparing, created,   ready prepared",
    "running, preparing, alive,     ready prepared",
    "running, ready,     created,   starting starting",
    "running, ready,     absent,    end rejected - dockerexec: container destroyed",
    "running, starting,  created,   start",
    "running, starting,  alive,     running started",
    "running, starting,  probing,   rest",
    "running, starting,  healthy,   running started",
    "running, starting,  unhealthy, stop",
    "running, starting,  exit0,     end complete finished -",
    "running, starting,  exit1,     end failed - task: non-zero exit (1)",
    "running, starting,  absent,    end failed - dockerexec: container destroyed",
    "running, running,   alive,     rest",
    "running, running,   probing,   rest",
    "running, running,   unhealthy, stop",
    "running, running,   exit0,     end complete finished -",
    "running, running,   exit1,     end failed - task: non-zero exit (1)",
    "running, running,   oom,       end failed - task: non-zero exit (137): out of memory",
    "running, running,   sick0,     end failed - task: non-zero exit (0): dockerexec: unhealthy container",
    "running, running,   absent,    end failed - dockerexec: container destroyed",
    "running, complete,  exit0,     rest",
    "running, failed,    alive,     stop",
    "running, orphaned,  alive,     stop",
    "ready,   assigned,  absent,    accepted accepted",
    "ready,   preparing, absent,    prepare",
    "ready,   preparing, created,   ready prepared",
    "ready,   ready,     created,   rest",
    "complete, ready,    created,   starting starting",
    "complete, running,  alive,     rest",
    "complete, running,  exit0,     end complete finished -",
    "shutdown, assigned, absent,    end shutdown shutdown -",
    "shutdown, ready,    created,   end shutdown shutdown -",
    "shutdown, starting, probing,   stop",
    "shutdown, running,  alive,     stop",
    "shutdown, running,  exit1,     end shutdown shutdown -",
    "shutdown, shutdown, exit1,     rest",
    "shutdown, failed,   exit1,     rest",
    "remove,  assigned,  absent,    end shutdown shutdown -",
    "remove,  running,   alive,     stop",
    "remove,  running,   exit1,     end shutdown shutdown -",
    "remove,  shutdown,  exit1,     remove",
    "remove,  failed,    created,   remove",
    "remove,  shutdown,  absent,    rest",
  })
  void takes_one_step_towards_what_is_wanted(
      String wanted, String reported, String container, String step) {
    Desired desired = new Desired(TaskState.parse(wanted), true, false);
    assertThat(shown(TaskStep.next(desired, TaskState.parse(reported), container(container))))
        .isEqualTo(step);
  }

  @ParameterizedTest
  @CsvSource({
    "running, alive, stop",
    "running, exit0, remove",
    "running, created, remove",
    "shutdown, absent, forget",
    "new, absent, forget"
  })
  void nothing_stays_of_a_task_that_is_not_assigned(
      String reported, String container, String step) {
    assertThat(
            shown(
                TaskStep.next(
                    new Desired(TaskState.RUNNING, false, false),
                    TaskState.parse(reported),
                    container(container))))
        .isEqualTo(step);
  }

  @Test
  void one_forced_removal_does_for_a_container_that_is_killed_anyway() {
    Observed alive = new Observed.Alive("c", 7, Health.NONE);
    assertThat(TaskStep.next(new Desired(TaskState.REMOVE, true, true), TaskState.RUNNING, alive))
        .isEqualTo(new Step.Remove("c"));
    assertThat(TaskStep.next(new Desired(TaskState.RUNNING, false, true), TaskState.RUNNING, alive))
        .isEqualTo(new Step.Remove("c"));
    assertThat(TaskStep.next(new Desired(TaskState.SHUTDOWN, true, true), TaskState.RUNNING, alive))
        .as("its log is managed with the task's history")
        .isEqualTo(new Step.Stop("c"));
  }

  /** The whole square: every wanted state, every reported state, every container. */
  @Test
  void never_moves_a_task_down_the_ladder_nor_out_of_its_end_and_always_comes_to_rest() {
    List<String> broken = new ArrayList<>();
    for (TaskState wanted : TaskState.values()) {
      for (TaskState reported : TaskState.values()) {
        for (Observed container : CONTAINERS) {
          for (boolean assigned : new boolean[] {true, false}) {
            for (boolean drops : new boolean[] {true, false}) {
              Desired desired = new Desired(wanted, assigned, drops);
              check(desired, reported, container, broken);
            }
          }
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static void check(
      Desired desired, TaskState reported, Observed container, List<String> broken) {
    String place = desired + " " + reported + " " + container;
    TaskState state = reported;
    Observed seen = container;
    int steps = 0;
    while (true) {
      Step step = TaskStep.next(desired, state, seen);
      if (step instanceof Step.Rest || step instanceof Step.Forget) {
        break;
      }
      if (++steps > 12) {
        broken.add(place + ": no end in sight, " + step);
        return;
      }
      TaskState before = state;
      switch (step) {
        case Step.Advance advance -> state = advance.to();
        case Step.End end -> state = end.as();
        case Step.Prepare _ -> seen = new Observed.Created("c");
        case Step.Start _ -> seen = new Observed.Alive("c", 7, Health.NONE);
        case Step.Stop _ -> seen = new Observed.Dead("c", 143, "");
        case Step.Remove _ -> seen = Observed.ABSENT;
        case Step.Rest _, Step.Forget _ -> throw new AssertionError();
      }
      if (before.after(state) || (before.ended() && state != before)) {
        broken.add(place + ": " + before + " to " + state);
      }
      if (desired.shutdown() && (step instanceof Step.Prepare || step instanceof Step.Start)) {
        broken.add(place + ": starts what is to end");
      }
    }
    boolean gone = seen instanceof Observed.Absent;
    if (desired.removal() && !gone) {
      broken.add(place + ": the container stays");
    }
    if (!desired.removal() && state.ended() && seen instanceof Observed.Alive) {
      broken.add(place + ": ended, and its container runs");
    }
    boolean up =
        Stream.of(TaskState.RUNNING, TaskState.COMPLETE).anyMatch(s -> s == desired.state());
    if (desired.assigned()
        && up
        && !state.ended()
        && state != TaskState.RUNNING
        && !(seen instanceof Observed.Alive alive && alive.health() == Health.STARTING)) {
      broken.add(place + ": stuck at " + state);
    }
  }
}
