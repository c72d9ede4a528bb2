package dev.skep.gateway.secret;

import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Filters;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.cluster.Commits;
import dev.skep.gateway.api.cluster.Lookup;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.api.go.GoNumbers;
import dev.skep.gateway.service.DataChange;
import dev.skep.store.model.Blob;
import dev.skep.store.model.Config;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.VersionedData;
import dev.skep.store.model.spec.Driver;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.DataVersions;
import dev.skep.store.state.Transaction;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * GET /secrets, POST /secrets/create, GET and DELETE /secrets/{id}, POST /secrets/{id}/update; the
 * same below /configs.
 */
public final class SecretOrConfigEndpoints<T extends SwarmObject & Blob> {
  private final SecretOrConfigKind<T> kind;
  private final SwarmGate gate;
  private final Commits commits;
  private final InstantSource clock;
  private final RandomGenerator random;

  private SecretOrConfigEndpoints(
      SecretOrConfigKind<T> kind,
      SwarmGate gate,
      Commits commits,
      InstantSource clock,
      RandomGenerator random) {
    this.kind = kind;
    this.gate = gate;
    this.commits = commits;
    this.clock = clock;
    this.random = random;
  }

  public static SecretOrConfigEndpoints<Secret> secrets(
      SwarmGate gate, Commits commits, InstantSource clock, RandomGenerator random) {
    return new SecretOrConfigEndpoints<>(new Secrets(), gate, commits, clock, random);
  }

  public static SecretOrConfigEndpoints<Config> configs(
      SwarmGate gate, Commits commits, InstantSource clock, RandomGenerator random) {
    return new SecretOrConfigEndpoints<>(new Configs(), gate, commits, clock, random);
  }

  public Reply list(Call call) {
    ClusterState state = gate.state();
    Filters filters = call.filters(kind.filterKeys());
    return Reply.ok(
        state.all(kind.kind()).stream()
            .map(kind.type()::cast)
            .filter(object -> matches(filters, object))
            .sorted(Comparator.comparing(SwarmObject::id))
            .map(kind::shown)
            .toList());
  }

  private boolean matches(Filters filters, T object) {
    return filters.prefix("name", object.name())
        && filters.exactly("names", object.name())
        && filters.prefix("id", object.id())
        && filters.labels("label", kind.labels(object));
  }

  public Reply inspect(Call call) {
    return Reply.ok(kind.shown(find(gate.state(), call)));
  }

  public Reply create(Call call) {
    gate.manager();
    Asked asked = call.json(Asked.class);
    String name = SecretOrConfigRules.name(asked);
    Sensitive data = SecretOrConfigRules.data(asked, kind);
    String id = Ids.next(random);
    commits.commit(state -> {
      if (state.named(kind.kind(), name).isPresent()) {
        throw ApiError.alreadyExists(kind.kind().noun() + " " + name + " already exists");
      }
      Instant now = clock.instant();
      return Transaction.at(now)
          .create(kind.make(id, now, name, asked.labelsOrNone(), data, asked.templating()))
          .build();
    });
    return Reply.created(Map.of("ID", id));
  }

  public Reply update(Call call) {
    gate.manager();
    Asked asked = call.json(Asked.class);
    long version = version(call);
    commits.commit(state -> {
      T stored = find(state, call);
      SecretOrConfigRules.sameButData(asked, stored);
      if (!stored.version().shows(version)) {
        throw ApiError.outOfSequence();
      }
      T labelled = kind.withLabels(stored, asked.labelsOrNone());
      return SecretOrConfigRules.says(asked)
          ? newData(labelled, SecretOrConfigRules.data(asked, kind), asked.templating(), state)
          : Transaction.at(clock.instant()).update(labelled).build();
    });
    return Reply.done();
  }

  /**
   * New data, and every service that reads the object at that data. Data that is as it was changes
   * nothing, but for services that had gone back to earlier data: whoever sends data says that it
   * is to be used.
   */
  private Transaction newData(
      T blob, Sensitive data, @Nullable Driver templating, ClusterState state) {
    Instant now = clock.instant();
    boolean same =
        SecretOrConfigRules.sameBytes(blob.currentData().data(), data)
            && Objects.equals(blob.currentData().templating(), templating);
    boolean behind = state.services().stream().anyMatch(s -> DataChange.behind(s, blob));
    if (same && !behind) {
      return Transaction.at(now).update(blob).build();
    }
    VersionedData next = new VersionedData(blob.dataVersion() + 1, data, templating);
    T changed = kind.type().cast(blob.withNewData(next));
    List<Service> users =
        state.services().stream()
            .filter(service -> DataChange.uses(service, changed))
            .map(service -> DataChange.of(service, changed, now))
            .toList();
    T kept =
        kind.type().cast(DataVersions.inUse(changed, users, state::tasksOfService).prune(changed));
    SecretOrConfigRules.checkKept(kept, users);
    Transaction.Builder transaction =
        Transaction.at(now).unchanged(Kind.SERVICE, state).update(kept);
    users.forEach(transaction::update);
    return transaction.build();
  }

  private long version(Call call) {
    try {
      return GoNumbers.parseUint(call.query("version"));
    } catch (NumberFormatException e) {
      throw ApiError.badRequest("invalid " + kind.kind().noun() + " version");
    }
  }

  public Reply remove(Call call) {
    commits.commit(state -> {
      T stored = find(state, call);
      requireUnused(stored, state);
      return Transaction.at(clock.instant()).unchanged(Kind.SERVICE, state).delete(stored).build();
    });
    return Reply.gone();
  }

  private void requireUnused(T stored, ClusterState state) {
    List<String> users =
        state.services().stream()
            .filter(service -> DataChange.uses(service, stored))
            .map(Service::name)
            .sorted()
            .toList();
    if (!users.isEmpty()) {
      throw ApiError.invalidArgument(
          "%s '%s' is in use by the following %s: %s"
              .formatted(
                  kind.kind().noun(),
                  stored.name(),
                  users.size() == 1 ? "service" : "services",
                  String.join(", ", users)));
    }
  }

  private T find(ClusterState state, Call call) {
    return kind.type().cast(Lookup.one(state, kind.kind(), call.path("id")));
  }
}
