package dev.skep.gateway.service;

import dev.skep.gateway.api.Call;
import dev.skep.gateway.api.Reply;
import dev.skep.gateway.api.cluster.Commits;
import dev.skep.gateway.api.cluster.Lookup;
import dev.skep.gateway.api.cluster.SwarmGate;
import dev.skep.gateway.api.error.ApiError;
import dev.skep.gateway.service.rules.OptionalText;
import dev.skep.gateway.service.rules.PlacementRules;
import dev.skep.gateway.service.spec.DefaultSpec;
import dev.skep.gateway.service.spec.PastSpecs;
import dev.skep.gateway.service.spec.SpecMerge;
import dev.skep.store.Store;
import dev.skep.store.membership.Membership.Manager;
import dev.skep.store.model.Ids;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.Service;
import dev.skep.store.model.ServiceBuilder;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** GET /services, POST /services/create, GET and DELETE /services/{id}, POST …/{id}/update. */
public final class ServiceEndpoints {
  /** Before this version of the API the list had no status, and nobody asked for it. */
  private static final int STATUS_SINCE = 41;

  private final SwarmGate gate;
  private final Commits commits;
  private final Supplier<Set<String>> localNetworks;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * @param localNetworks names of the networks that only the host's engine has; asked when a spec
   *     names a network that the swarm does not have
   */
  public ServiceEndpoints(
      SwarmGate gate,
      Commits commits,
      Supplier<Set<String>> localNetworks,
      InstantSource clock,
      RandomGenerator random) {
    this.gate = gate;
    this.commits = commits;
    this.localNetworks = localNetworks;
    this.clock = clock;
    this.random = random;
  }

  public Reply list(Call call) {
    boolean status = call.speaks(STATUS_SINCE) && call.trueOrFalse("status");
    ClusterState state = gate.state();
    ServiceFilter filter = ServiceFilter.of(call);
    Instant now = clock.instant();
    return Reply.ok(
        state.services().stream()
            .filter(filter)
            .sorted(Comparator.comparing(Service::id))
            .map(service ->
                ServiceView.of(
                    service,
                    service.spec(),
                    status ? ServiceStatus.of(service, state) : null,
                    JobOutcome.status(service, state, now)))
            .toList());
  }

  public Reply inspect(Call call) {
    boolean defaults = call.trueOrFalse("insertDefaults");
    ClusterState state = gate.state();
    Service service = Lookup.service(state, call.path("id"));
    ServiceSpec spec = defaults ? DefaultSpec.of(service.spec()) : service.spec();
    return Reply.ok(
        ServiceView.of(service, spec, null, JobOutcome.status(service, state, clock.instant())));
  }

  public Reply create(Call call) {
    Manager manager = gate.manager();
    ServiceSpec accepted = ServicePlan.accepted(call.json(ServiceSpec.class));
    String id = Ids.next(random);
    ServiceSpec named =
        accepted.withName(
            OptionalText.or(accepted.name(), RandomName.free(manager.store().state(), id, random)));
    Set<String> local = localNetworks(named, manager);
    ClusterState seen = manager.store().state();
    PortProbe.check(toCreate(named, id, local, seen), null, seen, manager.bus());
    commits.commit(state -> creation(id, toCreate(named, id, local, state), auth(call), state));
    List<String> warnings = PlacementRules.warnings(accepted.taskTemplate());
    return Reply.created(
        warnings.isEmpty() ? Map.of("ID", id) : Map.of("ID", id, "Warnings", warnings));
  }

  private static ServiceSpec toCreate(
      ServiceSpec named, String id, Set<String> local, ClusterState state) {
    ServiceSpec spec = ServicePlan.checked(named, id, null, state, local);
    if (state.named(Kind.SERVICE, OptionalText.orEmpty(spec.name())).isPresent()) {
      throw ApiError.alreadyExists(
          "name conflicts with an existing object: service " + spec.name() + " already exists");
    }
    return spec;
  }

  private Transaction creation(
      String id, ServiceSpec spec, @Nullable Sensitive auth, ClusterState state) {
    Instant now = clock.instant();
    Transaction.Builder transaction =
        Transaction.at(now)
            .create(
                ServiceBuilder.builder()
                    .id(id)
                    .version(Version.NONE)
                    .createdAt(now)
                    .updatedAt(now)
                    .spec(spec)
                    .specVersion(Version.NONE)
                    .jobStatus(ServiceUpdate.first(spec.mode(), now))
                    .portErrors(List.of())
                    .registryAuth(auth)
                    .build());
    ServicePlan.guard(transaction, spec, state);
    return transaction.build();
  }

  public Reply update(Call call) {
    Manager manager = gate.manager();
    boolean rollback = rollback(call);
    ServiceSpec asked = rollback && call.body().length() == 0 ? null : call.json(ServiceSpec.class);
    ServiceSpec accepted = rollback || asked == null ? null : ServicePlan.accepted(asked);
    long version = call.objectVersion("service");
    Set<String> local = accepted == null ? Set.of() : localNetworks(accepted, manager);
    Function<ClusterState, Service> plan =
        state -> updated(call, accepted, local, version, state, manager.store());
    ClusterState seen = manager.store().state();
    Service before = Lookup.service(seen, call.path("id"));
    PortProbe.check(plan.apply(seen).spec(), before.spec(), seen, manager.bus());
    commits.commit(state -> {
      Service service = plan.apply(state);
      Transaction.Builder transaction = Transaction.at(clock.instant()).update(service);
      ServicePlan.guard(transaction, service.spec(), state);
      return transaction.build();
    });
    return Reply.ok(warnings(manager, before.id()));
  }

  private Service updated(
      Call call,
      @Nullable ServiceSpec accepted,
      Set<String> local,
      long version,
      ClusterState state,
      Store store) {
    Service before = Lookup.service(state, call.path("id"));
    boolean overtaken = !before.version().shows(version);
    Sensitive auth = auth(call);
    if (accepted == null) {
      Service service =
          ServiceUpdate.rollback(
              before, auth == null ? before.previousRegistryAuth() : auth, clock.instant());
      ServicePlan.checkInSwarm(service.spec(), before.id(), state);
      if (overtaken) {
        throw ApiError.outOfSequence();
      }
      return service;
    }
    ServiceSpec spec = ServicePlan.checked(accepted, before.id(), before, state, local);
    if (overtaken) {
      ServiceSpec read =
          PastSpecs.at(store, before.id(), version).orElseThrow(ApiError::outOfSequence);
      ServiceSpec both = SpecMerge.of(read, spec, before.spec());
      spec = ServicePlan.checked(both, before.id(), before, state, local);
    }
    return ServiceUpdate.to(
        before, spec, auth == null ? keptAuth(call, before) : auth, clock.instant());
  }

  public Reply remove(Call call) {
    commits.commit(state ->
        Transaction.at(clock.instant()).delete(Lookup.service(state, call.path("id"))).build());
    return Reply.done();
  }

  private static boolean rollback(Call call) {
    return switch (call.query("rollback")) {
      case "", "none" -> false;
      case "previous" -> true;
      default ->
          throw ApiError.badRequest("unrecognized rollback option " + call.query("rollback"));
    };
  }

  private static @Nullable Sensitive auth(Call call) {
    String header = call.header("X-Registry-Auth");
    return header.isEmpty() ? null : new Sensitive(header);
  }

  private static @Nullable Sensitive keptAuth(Call call, Service before) {
    return switch (call.query("registryAuthFrom")) {
      case "", "spec" -> before.registryAuth();
      case "previous-spec" -> {
        if (before.previousSpec() == null) {
          throw ApiError.badRequest("service does not have a previous spec");
        }
        yield before.previousRegistryAuth();
      }
      default -> throw ApiError.badRequest("unsupported registryAuthFrom value");
    };
  }

  private Set<String> localNetworks(ServiceSpec accepted, Manager manager) {
    return ServicePlan.knowsNetworks(accepted, manager.store().state())
        ? Set.of()
        : localNetworks.get();
  }

  private static JsonObject warnings(Manager manager, String serviceId) {
    ClusterState state = manager.store().state();
    List<String> texts =
        state
            .service(serviceId)
            .map(service ->
                Stream.concat(
                        PortErrors.of(service, state).stream(),
                        PlacementRules.warnings(service.spec().taskTemplate()).stream())
                    .toList())
            .orElse(List.of());
    return new JsonObject().put("Warnings", texts.isEmpty() ? null : new JsonArray(texts));
  }
}
