package dev.skep.scheduler.place;

import dev.skep.store.model.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes the choice for a group: a tree of choices in the form of the candidates' tree. */
final class Choices {
  private final Choice.Asked asked;
  private final Candidates candidates;

  /** Where in the tree each node with tasks of the service is. */
  private final Map<NodeLoad, List<String>> paths = new HashMap<>();

  private Choices(Choice.Asked asked, Candidates candidates) {
    this.asked = asked;
    this.candidates = candidates;
  }

  /**
   * @param taken the nodes that have tasks of the service, candidates or not
   */
  static Choice of(Choice.Asked asked, Candidates candidates, Iterable<NodeLoad> taken) {
    Choices choices = new Choices(asked, candidates);
    List<NodeLoad> having = new ArrayList<>();
    for (NodeLoad load : taken) {
      Node node = load.node();
      if (node != null) {
        having.add(load);
        choices.paths.put(load, candidates.path(node));
      }
    }
    return choices.in(candidates.root(), having, 0);
  }

  /**
   * @param here the nodes of the branch that have tasks of the service
   */
  private Choice in(Branch branch, List<NodeLoad> here, int level) {
    return switch (branch) {
      case Branch.Leaf leaf ->
          candidates.packed()
              ? new PackedChoice(asked, leaf.nodes())
              : new EvenChoice(
                  asked, leaf.nodes(), here.stream().filter(candidates::contains).toList());
      case Branch.Fork fork -> new SpreadChoice(turns(fork, here, level));
    };
  }

  private List<SpreadChoice.Turn> turns(Branch.Fork fork, List<NodeLoad> here, int level) {
    Map<String, List<NodeLoad>> byValue = new HashMap<>();
    for (NodeLoad load : here) {
      String value = paths.getOrDefault(load, List.of()).get(level);
      byValue.computeIfAbsent(value, v -> new ArrayList<>()).add(load);
    }
    List<SpreadChoice.Turn> turns = new ArrayList<>();
    fork.branches()
        .forEach((value, branch) -> {
          List<NodeLoad> there = byValue.getOrDefault(value, List.of());
          int tasks = there.stream().mapToInt(asked::tasksOn).sum();
          turns.add(new SpreadChoice.Turn(value, in(branch, there, level + 1), tasks));
        });
    return turns;
  }
}
