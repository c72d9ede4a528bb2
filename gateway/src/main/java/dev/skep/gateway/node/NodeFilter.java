package dev.skep.gateway.node;

import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Filters;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.NodeSpec;
import java.util.Set;
import java.util.function.Predicate;

/** The filters of GET /nodes. */
record NodeFilter(Filters filters) implements Predicate<Node> {
  private static final Set<String> KEYS =
      Set.of("name", "id", "label", "node.label", "role", "membership");
  private static final Set<String> ROLES = Set.of(NodeSpec.WORKER, NodeSpec.MANAGER);
  private static final String ACCEPTED = "accepted";
  private static final Set<String> MEMBERSHIPS = Set.of(ACCEPTED, "pending");

  static NodeFilter of(Call call) {
    Filters filters = call.filters(KEYS).words("role", "membership");
    requireKnown(filters, "role", ROLES);
    requireKnown(filters, "membership", MEMBERSHIPS);
    return new NodeFilter(filters);
  }

  private static void requireKnown(Filters filters, String key, Set<String> known) {
    for (String value : filters.get(key)) {
      if (!known.contains(value)) {
        throw ApiError.internal("Invalid " + key + " filter: '" + value + "'");
      }
    }
  }

  @Override
  public boolean test(Node node) {
    return filters.prefix("name", node.description().hostname())
        && filters.prefix("id", node.id())
        && filters.labels("label", node.description().engine().labels())
        && filters.labels("node.label", node.spec().labels())
        && filters.exactly("role", node.spec().role())
        && filters.exactly("membership", ACCEPTED);
  }
}
