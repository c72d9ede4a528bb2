package dev.skep.gateway.service.rules;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.constraint.Constraint;
import dev.skep.store.constraint.ConstraintException;
import dev.skep.store.constraint.Preference;
import dev.skep.store.model.spec.Resources.Discrete;
import dev.skep.store.model.spec.Resources.GenericResource;
import dev.skep.store.model.spec.Resources.Reservations;
import dev.skep.store.model.spec.TaskSpec;
import java.util.List;

/** What a task may ask of the nodes: readable constraints and preferences, countable resources. */
public final class PlacementRules {
  private PlacementRules() {}

  /** Throws {@link ApiError} for a task that could never be placed as it asks. */
  static void check(TaskSpec task) {
    Reservations reserved = task.reservations();
    reserved.genericResources().forEach(PlacementRules::generic);
    if (task.placement() == null) {
      return;
    }
    try {
      Constraint.parse(task.placement().constraints());
    } catch (ConstraintException e) {
      throw ApiError.unknown(String.valueOf(e.getMessage()));
    }
    try {
      Preference.parse(task.placement().preferences())
          .forEach(preference -> reserves(preference, reserved));
    } catch (ConstraintException e) {
      throw ApiError.invalidArgument(String.valueOf(e.getMessage()));
    }
  }

  /** A task asks for a number of a resource, or for one by its name. */
  private static void generic(GenericResource resource) {
    Discrete discrete = resource.discreteResourceSpec();
    if (discrete == null && resource.namedResourceSpec() == null) {
      throw ApiError.invalidArgument(
          "a generic resource needs a DiscreteResourceSpec or a NamedResourceSpec");
    }
    if (discrete != null && discrete.value() != null && discrete.value() < 0) {
      throw ApiError.invalidArgument(
          "invalid argument for resource %s: %d must not be negative"
              .formatted(OptionalText.orEmpty(discrete.kind()), discrete.value()));
    }
  }

  /** What of the preferences has no effect, in words; Swarm takes it in silence. */
  public static List<String> warnings(TaskSpec task) {
    return task.placement() == null
        ? List.of()
        : task.placement().preferences().stream()
            .filter(preference -> preference.spread() != null)
            .map(Preference::descriptor)
            .filter(descriptor -> !Preference.says(descriptor))
            .map(descriptor ->
                "placement preference '%s' has no effect: use spread=node.labels.NAME, spread=engine.labels.NAME, another node.* key of constraints, or spread=binpack=memory or spread=binpack=cpu"
                    .formatted(descriptor))
            .toList();
  }

  /** Tasks that reserve nothing would all be packed onto one node. */
  private static void reserves(Preference preference, Reservations reserved) {
    if (preference instanceof Preference.Binpack binpack) {
      boolean reserves =
          switch (binpack.resource()) {
            case MEMORY -> reserved.memoryBytesOrZero() > 0;
            case CPU -> reserved.nanoCpusOrZero() > 0;
          };
      if (!reserves) {
        String word = binpack.resource().word();
        throw ApiError.invalidArgument(
            "placement preference 'binpack=%s' needs a reservation of %s to pack by (--reserve-%s)"
                .formatted(word, word, word));
      }
    }
  }
}
