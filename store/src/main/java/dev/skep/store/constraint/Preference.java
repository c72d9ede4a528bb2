package dev.skep.store.constraint;

import dev.skep.store.model.TaskSpec;
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

  /**
   * Reads preferences, in their order.
   *
   * @throws ConstraintException when one cannot be read
   */
  static List<Preference> parse(List<TaskSpec.Preference> preferences) {
    return preferences.stream()
        .map(preference -> {
          TaskSpec.Spread spread = preference.spread();
          String descriptor = spread == null ? null : spread.spreadDescriptor();
          return parse(descriptor == null ? "" : descriptor);
        })
        .toList();
  }

  /** Reads one descriptor, such as {@code node.labels.zone} or {@code binpack=memory}. */
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
