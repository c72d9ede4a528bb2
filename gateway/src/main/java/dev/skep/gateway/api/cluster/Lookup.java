package dev.skep.gateway.api.cluster;

import dev.skep.gateway.api.error.ApiError;
import dev.skep.store.model.Config;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.state.ClusterState;
import java.util.List;
import java.util.Optional;

/** Finds what users mean: by full id, else by exact name, else by the beginning of the id. */
public final class Lookup {
  private Lookup() {}

  public static Service service(ClusterState state, String term) {
    return (Service) one(state, Kind.SERVICE, term);
  }

  public static Node node(ClusterState state, String term) {
    return (Node) one(state, Kind.NODE, term);
  }

  public static Task task(ClusterState state, String term) {
    return (Task) one(state, Kind.TASK, term);
  }

  public static Network network(ClusterState state, String term) {
    return (Network) one(state, Kind.NETWORK, term);
  }

  public static Secret secret(ClusterState state, String term) {
    return (Secret) one(state, Kind.SECRET, term);
  }

  public static Config config(ClusterState state, String term) {
    return (Config) one(state, Kind.CONFIG, term);
  }

  /** The one object that is meant. Throws {@link ApiError} when there is none, or several. */
  public static SwarmObject one(ClusterState state, Kind kind, String term) {
    List<SwarmObject> found = all(state, kind, term);
    if (found.size() > 1) {
      throw ApiError.badRequest(
          "%s %s is ambiguous (%d matches found)".formatted(kind.noun(), term, found.size()));
    }
    if (found.isEmpty()) {
      throw ApiError.notFound(kind, term);
    }
    return found.getFirst();
  }

  /** All objects that may be meant. */
  private static List<SwarmObject> all(ClusterState state, Kind kind, String term) {
    if (term.isEmpty()) {
      return List.of();
    }
    Optional<SwarmObject> byId = state.find(kind, term);
    if (byId.isPresent()) {
      return List.of(byId.get());
    }
    List<SwarmObject> byName =
        kind.uniqueNames()
            ? state.named(kind, term).stream().toList()
            : state.all(kind).stream().filter(object -> object.name().equals(term)).toList();
    return byName.isEmpty()
        ? state.all(kind).stream().filter(object -> object.id().startsWith(term)).toList()
        : byName;
  }
}
