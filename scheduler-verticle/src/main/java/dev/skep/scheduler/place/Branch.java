package dev.skep.scheduler.place;

import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Nodes, or branches of them by the values of something they have. */
sealed interface Branch {
  /** An empty branch with so many levels below it. */
  static Branch of(int levels, Comparator<NodeLoad> order) {
    return levels == 0
        ? new Leaf(new TreeSet<>(order))
        : new Fork(new TreeMap<>(), () -> of(levels - 1, order));
  }

  /**
   * @param path the values, from this level down
   */
  void add(NodeLoad load, List<String> path);

  void remove(NodeLoad load, List<String> path);

  boolean empty();

  /** Nodes that no preference tells apart, best first. */
  record Leaf(SortedSet<NodeLoad> nodes) implements Branch {
    @Override
    public void add(NodeLoad load, List<String> path) {
      nodes.add(load);
    }

    @Override
    public void remove(NodeLoad load, List<String> path) {
      nodes.remove(load);
    }

    @Override
    public boolean empty() {
      return nodes.isEmpty();
    }
  }

  /** A branch for each value; nodes without one share the empty value. */
  record Fork(SortedMap<String, Branch> branches, Supplier<Branch> grow) implements Branch {
    @Override
    public void add(NodeLoad load, List<String> path) {
      branches
          .computeIfAbsent(path.getFirst(), value -> grow.get())
          .add(load, path.subList(1, path.size()));
    }

    @Override
    public void remove(NodeLoad load, List<String> path) {
      Branch branch = branches.get(path.getFirst());
      if (branch != null) {
        branch.remove(load, path.subList(1, path.size()));
        if (branch.empty()) {
          branches.remove(path.getFirst());
        }
      }
    }

    @Override
    public boolean empty() {
      return branches.isEmpty();
    }
  }
}
