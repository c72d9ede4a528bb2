package dev.skep.scheduler.place;

import dev.skep.scheduler.place.Requirements.Shape;
import dev.skep.store.constraint.NodeFact;
import dev.skep.store.constraint.Preference;
import dev.skep.store.model.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that fit a shape, best first, in a tree with a level for each spread preference. Kept
 * by {@link Fleet} as loads change, so that a placement need not look at every node.
 */
final class Candidates {
  // The id decides between equals, so that the same state gives one choice.
  private static final Comparator<NodeLoad> FEWEST_TASKS =
      (a, b) -> {
        int byTasks = Integer.compare(a.rank().tasks(), b.rank().tasks());
        return byTasks != 0 ? byTasks : a.id().compareTo(b.id());
      };
  private static final Comparator<NodeLoad> LEAST_FREE_MEMORY =
      Comparator.<NodeLoad>comparingLong(load -> load.rank().freeMemoryBytes())
          .thenComparing(FEWEST_TASKS);
  private static final Comparator<NodeLoad> LEAST_FREE_CPU =
      Comparator.<NodeLoad>comparingLong(load -> load.rank().freeNanoCpus())
          .thenComparing(FEWEST_TASKS);

  private final Shape shape;
  private final List<String> levels = new ArrayList<>();
  private final Comparator<NodeLoad> order;
  private final boolean packed;
  private final Branch root;
  private final Map<NodeLoad, List<String>> paths = new HashMap<>();

  Candidates(Shape shape) {
    this.shape = shape;
    Preference.@Nullable Resource packing = null;
    for (Preference preference : shape.preferences()) {
      switch (preference) {
        case Preference.Spread(String key) -> levels.add(key);
        case Preference.Binpack(Preference.Resource resource) -> packing = resource;
      }
    }
    this.packed = packing != null;
    this.order =
        switch (packing) {
          case null -> FEWEST_TASKS;
          case MEMORY -> LEAST_FREE_MEMORY;
          case CPU -> LEAST_FREE_CPU;
        };
    this.root = Branch.of(levels.size(), order);
  }

  /** Puts the node where it belongs now, if it fits. */
  void add(NodeLoad load) {
    Node node = load.node();
    if (node != null && shape.fits(load, node)) {
      List<String> path = path(node);
      paths.put(load, path);
      root.add(load, path);
    }
  }

  /** Takes the node out; its rank must be the one with which it was added. */
  void remove(NodeLoad load) {
    List<String> path = paths.remove(load);
    if (path != null) {
      root.remove(load, path);
    }
  }

  /** Takes a node out whose load has changed; {@link #attach} puts it back with its new rank. */
  void detach(NodeLoad load) {
    List<String> path = paths.get(load);
    if (path != null) {
      root.remove(load, path);
    }
  }

  void attach(NodeLoad load) {
    List<String> path = paths.get(load);
    if (path != null) {
      root.add(load, path);
    }
  }

  boolean contains(NodeLoad load) {
    return paths.containsKey(load);
  }

  /** The values of the levels' keys on a node. */
  List<String> path(Node node) {
    return levels.isEmpty()
        ? List.of()
        : levels.stream().map(key -> NodeFact.of(node, key)).toList();
  }

  Branch root() {
    return root;
  }

  /** Whether nodes are to be filled one after the other. */
  boolean packed() {
    return packed;
  }
}
