package dev.skep.store.constraint;

import dev.skep.store.model.spec.TaskSpec;
import java.util.List;
import java.util.Locale;

/**
 * What a placement would rather have, read from the descriptor of a spread preference: the one kind
 * that Swarm's API knows and its clients send on as text.
 */
public sealed interface Preference {
  /**
   * Even numbers of the service's tasks for all values of something that nodes have.
   *
   * @param key a key of {@link Constraint} that is about nodes
   */
  record Spread(String key) implements Preference {}

  /** The nodes with the least of it left first, so that others stay free. */
  record Binpack(Resource resource) implements Preference {}

  /** What can be packed. */
  enum Resource {
    MEMORY,
    CPU;

    /** As in {@code binpack=memory}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What begins the descriptor of a preference that Swarm does not know. */
  String BINPACK = "binpack=";

  /**
   * Reads preferences, in their order. A spread over what nodes do not have prefers no node, as in
   * Swarm: it is left out.
   *
   * @throws ConstraintException when one cannot be read
   */
  static List<Preference> parse(List<TaskSpec.Preference> preferences) {
    return preferences.stream()
        .map(Preference::descriptor)
        .filter(Preference::says)
        .map(Preference::parse)
        .toList();
  }

  /** The descriptor of a preference; empty when it has none. */
  static String descriptor(TaskSpec.Preference preference) {
    TaskSpec.Spread spread = preference.spread();
    String descriptor = spread == null ? null : spread.spreadDescriptor();
    return descriptor == null ? "" : descriptor;
  }

  /** Whether a descriptor can make a difference: it is about nodes, or about packing. */
  static boolean says(String descriptor) {
    String text = descriptor.strip();
    return NodeFact.known(text) || text.toLowerCase(Locale.ROOT).startsWith(BINPACK);
  }

  /** Reads one descriptor that {@link #says} something, such as {@code node.labels.zone}. */
  static Preference parse(String descriptor) {
    String text = descriptor.strip();
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "binpack=memory" -> new Binpack(Resource.MEMORY);
      case "binpack=cpu" -> new Binpack(Resource.CPU);
      default -> {
        if (!NodeFact.known(text)) {
          throw new ConstraintException(
              "placement preference '"
                  + descriptor
                  + "' is invalid: use spread=node.labels.NAME, spread=engine.labels.NAME, another "
                  + "node.* key of constraints, or spread=binpack=memory or spread=binpack=cpu");
        }
        yield new Spread(text);
      }
    };
  }
}
