package dev.skep.gateway.service;

import dev.skep.gateway.api.ApiError;
import dev.skep.store.constraint.Constraint;
import dev.skep.store.constraint.ConstraintException;
import dev.skep.store.constraint.Preference;
import dev.skep.store.model.Resources.GenericResource;
import dev.skep.store.model.Resources.Reservations;
import dev.skep.store.model.TaskSpec;

/** What a task may ask of the nodes: readable constraints and preferences, countable resources. */
final class PlacementRules {
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

  /** A task asks for a number of a resource; which ones it gets is the scheduler's choice. */
  private static void generic(GenericResource resource) {
    if (resource.discreteResourceSpec() == null) {
      String kind = resource.namedResourceSpec() == null ? "" : resource.namedResourceSpec().kind();
      throw ApiError.invalidArgument("invalid argument for resource " + Words.orEmpty(kind));
    }
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
