package dev.skep.scheduler.place;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Why a node cannot take a task; in the order in which Swarm asks, and in its words. */
enum NodeRefusal {
  NOT_AVAILABLE("not available for new tasks"),
  TOO_FEW_RESOURCES("insufficient resources"),
  PLUGIN_MISSING("missing plugin"),
  CONSTRAINED("scheduling constraints not satisfied"),
  OTHER_PLATFORM("unsupported platform"),
  PORT_TAKEN("host-mode port already in use"),
  TOO_MANY_REPLICAS("max replicas per node limit exceed");

  private final String words;

  NodeRefusal(String words) {
    this.words = words;
  }

  private String explain(int nodes) {
    String counted = nodes + (nodes == 1 ? " node" : " nodes");
    return switch (this) {
      case NOT_AVAILABLE -> counted + " " + words;
      case TOO_MANY_REPLICAS -> words;
      default -> words + " on " + counted;
    };
  }

  /** All refusals in words, the most frequent first; empty when there were none. */
  static String explain(Map<NodeRefusal, Integer> nodes) {
    List<NodeRefusal> order = new ArrayList<>(nodes.keySet());
    order.sort(
        Comparator.comparing((NodeRefusal refusal) -> nodes.getOrDefault(refusal, 0))
            .reversed()
            .thenComparing(Comparator.naturalOrder()));
    return String.join("; ", order.stream().map(r -> r.explain(nodes.getOrDefault(r, 0))).toList());
  }
}
