package dev.skep.scheduler.place;

import dev.skep.store.model.Task;
import dev.skep.store.model.spec.Resources.Discrete;
import dev.skep.store.model.spec.Resources.GenericResource;
import dev.skep.store.model.spec.Resources.Named;
import dev.skep.store.model.spec.Resources.Reservations;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The generic resources that tasks took of a node. A node has either a number of a kind or named
 * ones; a task asks for a number, and of named ones it gets so many names, or for one by its name.
 */
final class Claims {
  private final Map<String, Long> numbers = new HashMap<>();
  private final Map<String, Map<String, Integer>> names = new HashMap<>();

  void add(Task task) {
    change(task, 1);
  }

  void remove(Task task) {
    change(task, -1);
  }

  private void change(Task task, int sign) {
    for (GenericResource resource : of(task)) {
      Named named = resource.namedResourceSpec();
      Discrete discrete = resource.discreteResourceSpec();
      if (named != null) {
        String kind = text(named.kind());
        Map<String, Integer> taken = names.computeIfAbsent(kind, k -> new TreeMap<>());
        taken.merge(text(named.value()), sign, Claims::sumOrNone);
        if (taken.isEmpty()) {
          names.remove(kind);
        }
      } else if (discrete != null) {
        numbers.merge(text(discrete.kind()), sign * value(discrete), Claims::sumOrNone);
      }
    }
  }

  // What comes to nothing leaves the map.
  private static @Nullable Integer sumOrNone(Integer a, Integer b) {
    return a + b == 0 ? null : Integer.valueOf(a + b);
  }

  private static @Nullable Long sumOrNone(Long a, Long b) {
    return a + b == 0 ? null : Long.valueOf(a + b);
  }

  /** What the task was given, or what it asks for when it was assigned without a choice. */
  private static List<GenericResource> of(Task task) {
    List<GenericResource> given = task.assignedGenericResources();
    return given.isEmpty() ? task.spec().reservations().genericResources() : given;
  }

  boolean isEmpty() {
    return numbers.isEmpty() && names.isEmpty();
  }

  /**
   * Whether a node that has {@code offered} still has all that is {@code wanted}. One that has
   * nothing of a kind does not even have none of it, as in Swarm.
   */
  boolean leave(Reservations offered, List<GenericResource> wanted) {
    Set<Named> named = new HashSet<>();
    for (GenericResource resource : wanted) {
      Named name = byName(resource);
      if (name != null
          && !(freeNames(offered, text(name.kind())).contains(name) && named.add(name))) {
        return false;
      }
      if (name == null && resource.discreteResourceSpec() == null) {
        return false; // nothing is asked for that a node could have
      }
    }
    for (Map.Entry<String, Long> ask : asked(wanted).entrySet()) {
      String kind = ask.getKey();
      long given = named.stream().filter(name -> kind.equals(name.kind())).count();
      if (!offers(offered, kind) || free(offered, kind) - given < ask.getValue()) {
        return false;
      }
    }
    return true;
  }

  /** What a task that wants {@code wanted} gets of it; call it where {@link #leave} holds. */
  List<GenericResource> choose(Reservations offered, List<GenericResource> wanted) {
    List<GenericResource> chosen = new ArrayList<>();
    Set<Named> given = new HashSet<>();
    for (GenericResource resource : wanted) {
      Named name = byName(resource);
      if (name != null && given.add(name)) {
        chosen.add(new GenericResource(name, null));
      }
    }
    asked(wanted)
        .forEach((kind, number) -> {
          List<Named> named = freeNames(offered, kind);
          if (named.isEmpty()) {
            chosen.add(new GenericResource(null, new Discrete(kind, number)));
          } else {
            named.stream()
                .filter(name -> !given.contains(name))
                .limit(number)
                .forEach(name -> chosen.add(new GenericResource(name, null)));
          }
        });
    return chosen;
  }

  /** How many of each kind, beside those that are asked for by name. */
  private static Map<String, Long> asked(List<GenericResource> wanted) {
    Map<String, Long> asked = new TreeMap<>();
    for (GenericResource resource : wanted) {
      Discrete discrete = resource.discreteResourceSpec();
      if (discrete != null) {
        asked.merge(text(discrete.kind()), value(discrete), Long::sum);
      }
    }
    return asked;
  }

  /** The one that is asked for by its name; absent for a number, which goes first, as in Swarm. */
  private static @Nullable Named byName(GenericResource resource) {
    return resource.discreteResourceSpec() == null ? resource.namedResourceSpec() : null;
  }

  private static boolean offers(Reservations offered, String kind) {
    for (GenericResource resource : offered.genericResources()) {
      Named named = resource.namedResourceSpec();
      Discrete discrete = resource.discreteResourceSpec();
      if (named != null
          ? kind.equals(named.kind())
          : discrete != null && kind.equals(discrete.kind())) {
        return true;
      }
    }
    return false;
  }

  private long free(Reservations offered, String kind) {
    for (GenericResource resource : offered.genericResources()) {
      Discrete discrete = resource.discreteResourceSpec();
      if (discrete != null && kind.equals(discrete.kind())) {
        return value(discrete) - numbers.getOrDefault(kind, 0L);
      }
    }
    return freeNames(offered, kind).size();
  }

  private List<Named> freeNames(Reservations offered, String kind) {
    Map<String, Integer> taken = names.getOrDefault(kind, Map.of());
    List<Named> free = new ArrayList<>();
    for (GenericResource resource : offered.genericResources()) {
      Named named = resource.namedResourceSpec();
      if (named != null && kind.equals(named.kind()) && !taken.containsKey(text(named.value()))) {
        free.add(named);
      }
    }
    return free;
  }

  private static long value(Discrete discrete) {
    return discrete.value() == null ? 0 : discrete.value();
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  @Override
  public String toString() {
    return new TreeMap<>(numbers) + " " + new TreeMap<>(names);
  }
}
