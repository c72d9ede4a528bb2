package dev.skep.scheduler.dispatch;

import dev.skep.scheduler.orchestrate.Plan;
import dev.skep.store.bus.message.AgentMessages.StatusTaken;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What nodes said and what no commit holds yet, in the order in which it came. It is bounded by the
 * nodes, each of which waits for an answer before it says the next thing. Not thread-safe.
 */
public final class InputQueue {
  private final Deque<Input> waiting = new ArrayDeque<>();
  private final Consumer<String> heard;

  /**
   * @param heard told the id of each node that joins
   */
  public InputQueue(Consumer<String> heard) {
    this.heard = heard;
  }

  /** The inputs that one plan holds, with what their senders are told once it is committed. */
  public static final class Folded {
    private final List<Input> inputs = new ArrayList<>();
    private final List<Runnable> answers = new ArrayList<>();

    private Folded() {}

    /** The plan was committed: the senders are told. */
    public void answer() {
      answers.forEach(Runnable::run);
    }
  }

  public void add(Input input) {
    waiting.addLast(input);
  }

  public boolean isEmpty() {
    return waiting.isEmpty();
  }

  /**
   * Takes as many inputs as the plan has room for. An input that makes no sense fails at once.
   *
   * @param services gets the ids of the services whose tasks changed
   */
  public Folded foldInto(Plan plan, Set<String> services) {
    Folded folded = new Folded();
    while (!waiting.isEmpty() && !plan.full()) {
      Input input = waiting.removeFirst();
      try {
        Optional<Runnable> answer = fold(plan, services, input);
        if (answer.isEmpty()) {
          // The plan is full before its end. What was taken in is no news when it comes again.
          waiting.addFirst(input);
          break;
        }
        folded.answers.add(answer.get());
        folded.inputs.add(input);
      } catch (RuntimeException e) {
        input.fail(e);
      }
    }
    return folded;
  }

  /** What to answer once the plan is committed; nothing when there was no room for all of it. */
  private Optional<Runnable> fold(Plan plan, Set<String> services, Input input) {
    return switch (input) {
      case Input.Report report -> {
        Set<String> changed = new TreeSet<>();
        Optional<List<String>> gone = Reports.fold(plan, report.said(), changed);
        services.addAll(changed);
        yield gone.map(ids -> () -> report.done().tryComplete(new StatusTaken(ids)));
      }
      case Input.Joined joined -> {
        Reports.join(plan, joined.said());
        heard.accept(joined.said().nodeId());
        yield Optional.of(() -> joined.done().tryComplete());
      }
      case Input.Unfit unfit -> {
        Reports.lose(plan, unfit.nodeId(), unfit.trouble());
        yield Optional.of(() -> unfit.done().tryComplete());
      }
      case Input.Ports ports -> {
        yield Reports.fold(plan, ports.said())
            ? Optional.of(() -> ports.done().tryComplete())
            : Optional.empty();
      }
    };
  }

  /** The plan was not committed: its inputs come first again. */
  public void putBack(Folded folded) {
    for (Input input : folded.inputs.reversed()) {
      waiting.addFirst(input);
    }
  }

  /** Nothing more will be committed: those who wait are told. */
  public void failAll(Throwable cause) {
    List<Input> left = List.copyOf(waiting);
    waiting.clear();
    left.forEach(input -> input.fail(cause));
  }
}
