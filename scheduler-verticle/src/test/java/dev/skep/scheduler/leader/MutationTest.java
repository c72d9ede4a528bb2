package dev.skep.scheduler.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.bus.message.AgentMessages.Assignment;
import dev.skep.store.bus.message.AgentMessages.AssignmentType;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Node;
import dev.skep.store.model.Node.Gateway;
import dev.skep.store.model.Node.NodeStatus;
import dev.skep.store.model.Service;
import dev.skep.store.model.Service.VirtualIp;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ServiceSpec.EndpointSpec;
import dev.skep.store.model.spec.ServiceSpec.PortConfig;
import dev.skep.store.state.Op;
import dev.skep.store.state.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation is worth what it finds: each of these bugs, put in on purpose, must show. */
class MutationTest {
  /** Histories that a bug may survive. */
  private static final int SEEDS = 500;

  static Stream<Arguments> bugs() {
    return Stream.of(
        bug("forgets to stop tasks", drop((world, op) -> stops(written(op)))),
        bug("makes tasks twice", eachOp(MutationTest::twice)),
        bug("assigns to any node", eachOp((world, op) -> List.of(elsewhere(world, op)))),
        bug("never deletes tasks", drop((world, op) -> deletesTask(op))),
        bug("never lets a waiting task start", drop(MutationTest::promotes)),
        bug(
            "never notices a lost node",
            drop((world, op) -> written(op) instanceof Node node && down(node))),
        bug("takes late reports for new", eachOp((world, op) -> List.of(back(world, op)))),
        bug("answers reports before they are kept", drop(MutationTest::forgetsReport)),
        bug("never completes an update", drop((world, op) -> completes(written(op)))),
        bug("tells agents of new tasks only", told(MutationTest::onlyNew)),
        bug("starts a task before the one in its place stopped", eachOp(MutationTest::atOnce)),
        bug("stops one task too many in an update", eachOp(MutationTest::oneMore)),
        bug("never pauses or rolls back", drop((world, op) -> gaveUp(written(op)))),
        bug("runs completed jobs again", eachOp(MutationTest::again)),
        bug("gives a port twice", eachOp((world, op) -> List.of(samePort(op)))),
        bug("sends differences to agents that have nothing", told(MutationTest::asDifference)),
        bug("leaves tasks out of what it sends whole", told(MutationTest::firstHalf)),
        bug("replaces a task that fits", eachOp(MutationTest::needlessly)),
        bug("ends what served while its successor is on trial", eachOp(MutationTest::tooSoon)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  void is_found(String name, Consumer<Simulation> bug) {
    List<String> found = List.of();
    for (long seed = 0; seed < SEEDS && found.isEmpty(); seed++) {
      found = SimulationTest.history(seed, bug);
    }
    assertThat(found).as("a scheduler that %s", name).isNotEmpty();
  }

  static Stream<Arguments> giftsTwice() {
    return Stream.of(
        bug("an address", eachOp((world, op) -> List.of(sameAddress(world, op)))),
        bug("a virtual address", eachOp((world, op) -> List.of(sameVirtual(world, op)))),
        bug("a gateway", eachOp((world, op) -> List.of(sameGateway(world, op)))),
        bug("a subnet", eachOp((world, op) -> List.of(sameSubnet(world, op)))),
        bug("a VXLAN id", eachOp((world, op) -> List.of(sameVxlan(world, op)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("giftsTwice")
  void what_is_given_twice_is_found(String name, Consumer<Simulation> bug) {
    List<String> found = List.of();
    for (long seed = 0; seed < SEEDS && found.isEmpty(); seed++) {
      found = SimulationTest.history(new Simulation(seed, SimulationTest.MANAGED), bug);
    }
    assertThat(found).as("a scheduler that gives %s twice", name).isNotEmpty();
  }

  // ------------------------------------------------------------------ where bugs are put

  private static Arguments bug(String name, Consumer<Simulation> bug) {
    return Arguments.of(name, bug);
  }

  private static Consumer<Simulation> drop(BiPredicate<Simulation, Op> which) {
    return eachOp((world, op) -> which.test(world, op) ? List.of() : List.of(op));
  }

  /** What becomes of a step of a transaction. */
  private interface Change {
    List<Op> of(Simulation world, Op op);
  }

  private static Consumer<Simulation> eachOp(Change change) {
    return world ->
        world.transactions =
            from -> {
              List<Op> ops = new ArrayList<>();
              from.ops().forEach(op -> ops.addAll(change.of(world, op)));
              return new Transaction(from.at(), ops, from.term());
            };
  }

  private static Consumer<Simulation> told(UnaryOperator<Assignment> change) {
    return world -> world.assignments = change;
  }

  private static @Nullable SwarmObject written(Op op) {
    return switch (op) {
      case Op.Create create -> create.object();
      case Op.Update update -> update.object();
      case Op.Delete delete -> null;
      case Op.Unchanged unchanged -> null;
    };
  }

  // ------------------------------------------------------------------ bugs

  private static boolean stops(@Nullable SwarmObject object) {
    return object instanceof Task task
        && task.desiredState() == TaskState.SHUTDOWN
        && !task.state().ended();
  }

  private static List<Op> twice(Simulation world, Op op) {
    return op instanceof Op.Create(Task task)
        ? List.of(op, new Op.Create(task.withId(task.id() + world.random().nextInt(1000))))
        : List.of(op);
  }

  private static Op elsewhere(Simulation world, Op op) {
    if (written(op) instanceof Task task
        && task.state() == TaskState.ASSIGNED
        && world.chance(0.3)) {
      List<String> nodes = world.state().nodes().stream().map(Node::id).sorted().toList();
      Task moved = task.withNodeId(nodes.get(world.random().nextInt(nodes.size())));
      return op instanceof Op.Create ? new Op.Create(moved) : new Op.Update(moved);
    }
    return op;
  }

  private static boolean deletesTask(Op op) {
    return op instanceof Op.Delete delete && delete.kind() == Kind.TASK;
  }

  private static boolean promotes(Simulation world, Op op) {
    return op instanceof Op.Update(Task task)
        && task.desiredState() == TaskState.RUNNING
        && world
            .state()
            .task(task.id())
            .map(before -> before.desiredState() == TaskState.READY)
            .orElse(false);
  }

  private static boolean down(Node node) {
    return node.status().state().equals(NodeStatus.DOWN);
  }

  private static Op back(Simulation world, Op op) {
    boolean runs =
        op instanceof Op.Update(Task task)
            && world
                .state()
                .task(task.id())
                .map(before -> before.state() == TaskState.RUNNING)
                .orElse(false);
    if (runs && op instanceof Op.Update(Task task) && world.chance(0.1)) {
      return new Op.Update(task.withStatus(task.status().withState(TaskState.STARTING)));
    }
    return op;
  }

  private static boolean forgetsReport(Simulation world, Op op) {
    return op instanceof Op.Update(Task task)
        && task.state() == TaskState.RUNNING
        && world.chance(0.2);
  }

  private static boolean completes(@Nullable SwarmObject object) {
    return object instanceof Service service
        && service.updateStatus() != null
        && service.updateStatus().completedAt() != null;
  }

  private static List<Op> atOnce(Simulation world, Op op) {
    return op instanceof Op.Create(Task task) && task.desiredState() == TaskState.READY
        ? List.of(new Op.Create(task.withDesiredState(TaskState.RUNNING)))
        : List.of(op);
  }

  private static List<Op> oneMore(Simulation world, Op op) {
    if (op instanceof Op.Update(Task task) && stops(task) && task.state() == TaskState.RUNNING) {
      for (Task other : world.state().tasksOfService(task.serviceId())) {
        if (other.slot() != task.slot() && other.live() && other.state() == TaskState.RUNNING) {
          return List.of(op, new Op.Update(other.withDesiredState(TaskState.SHUTDOWN)));
        }
      }
    }
    return List.of(op);
  }

  /** What was seen of a task that runs well ends it now and then. */
  private static List<Op> needlessly(Simulation world, Op op) {
    return op instanceof Op.Update(Task task)
            && task.desiredState() == TaskState.RUNNING
            && world.state().task(task.id()).map(t -> t.state() == TaskState.RUNNING).orElse(false)
            && world.chance(0.3)
        ? List.of(new Op.Update(task.withDesiredState(TaskState.SHUTDOWN)))
        : List.of(op);
  }

  /** A start-first update goes on as Swarm's does: the old task leaves when the new one runs. */
  private static List<Op> tooSoon(Simulation world, Op op) {
    if (op instanceof Op.Update(Task task)
        && task.state() == TaskState.RUNNING
        && task.desiredState() == TaskState.RUNNING) {
      for (Task other : world.state().tasksOfService(task.serviceId())) {
        if (other.slotKey().equals(task.slotKey())
            && !other.id().equals(task.id())
            && other.state() == TaskState.RUNNING
            && other.desiredState() == TaskState.RUNNING
            && !other.spec().equals(task.spec())) {
          return List.of(op, new Op.Update(other.withDesiredState(TaskState.SHUTDOWN)));
        }
      }
    }
    return List.of(op);
  }

  private static boolean gaveUp(@Nullable SwarmObject object) {
    return object instanceof Service service
        && service.updateStatus() != null
        && (service.updateStatus().state().equals("paused")
            || service.updateStatus().state().equals("rollback_started"));
  }

  private static List<Op> again(Simulation world, Op op) {
    return op instanceof Op.Update(Task task)
            && task.jobIteration() != null
            && task.state() == TaskState.RUNNING
        ? List.of(
            op,
            new Op.Create(
                task.with(t ->
                    t.id(task.id() + "x")
                        .version(Version.NONE)
                        .status(TaskStatus.of(world.now(), TaskState.ASSIGNED, "again")))))
        : List.of(op);
  }

  private static Op samePort(Op op) {
    Service.Endpoint endpoint = op instanceof Op.Update(Service s) ? s.endpoint() : null;
    if (endpoint == null || !(op instanceof Op.Update(Service service))) {
      return op;
    }
    List<PortConfig> ports =
        endpoint.ports().stream()
            .map(port -> port.ingress() ? port.withPublishedPort(30_000) : port)
            .toList();
    EndpointSpec spec = Objects.requireNonNullElse(endpoint.spec(), EndpointSpec.NONE);
    return new Op.Update(service.withEndpoint(new Service.Endpoint(spec, ports, List.of())));
  }

  /** A new task gets the addresses of another one on the same networks. */
  private static Op sameAddress(Simulation world, Op op) {
    if (op instanceof Op.Create(Task task) && !task.networksAttachments().isEmpty()) {
      for (Task other : world.state().tasks()) {
        if (!other.state().ended()
            && !other.networksAttachments().isEmpty()
            && other.spec().networks().equals(task.spec().networks())) {
          return new Op.Create(task.withNetworksAttachments(other.networksAttachments()));
        }
      }
    }
    return op;
  }

  private static Op sameVirtual(Simulation world, Op op) {
    if (op instanceof Op.Update(Service service) && service.endpoint() != null) {
      List<VirtualIp> own = new ArrayList<>(service.endpoint().virtualIps());
      for (Service other : world.state().services()) {
        if (!other.id().equals(service.id()) && other.endpoint() != null) {
          List<VirtualIp> others = other.endpoint().virtualIps();
          own.replaceAll(mine -> likeOf(others, mine, VirtualIp::networkId));
        }
      }
      return new Op.Update(service.withEndpoint(service.endpoint().withVirtualIps(own)));
    }
    return op;
  }

  private static Op sameGateway(Simulation world, Op op) {
    if (op instanceof Op.Update(Node node)) {
      List<Gateway> own = new ArrayList<>(node.gateways());
      for (Node other : world.state().nodes()) {
        if (!other.id().equals(node.id())) {
          own.replaceAll(mine -> likeOf(other.gateways(), mine, Gateway::networkId));
        }
      }
      return new Op.Update(node.withGateways(own));
    }
    return op;
  }

  /** The one of them that has the same key; else this one. */
  private static <T> T likeOf(List<T> others, T own, Function<T, String> key) {
    return others.stream()
        .filter(other -> key.apply(other).equals(key.apply(own)))
        .findFirst()
        .orElse(own);
  }

  private static Op sameSubnet(Simulation world, Op op) {
    if (op instanceof Op.Update(Network network)) {
      for (Network other : world.state().networks()) {
        if (!other.id().equals(network.id()) && other.ipamOptions() != null) {
          return new Op.Update(network.withIpamOptions(other.ipamOptions()));
        }
      }
    }
    return op;
  }

  private static Op sameVxlan(Simulation world, Op op) {
    if (op instanceof Op.Update(Network network)) {
      for (Network other : world.state().networks()) {
        if (!other.id().equals(network.id()) && other.driverState() != null) {
          return new Op.Update(network.withDriverState(other.driverState()));
        }
      }
    }
    return op;
  }

  private static Assignment onlyNew(Assignment told) {
    return with(
        told,
        told.type(),
        told.appliesTo(),
        told.tasks().stream()
            .filter(task -> !task.desiredState().after(TaskState.COMPLETE))
            .toList());
  }

  private static Assignment asDifference(Assignment told) {
    return with(told, AssignmentType.INCREMENTAL, told.sequence() - 1, told.tasks());
  }

  private static Assignment firstHalf(Assignment told) {
    return told.type() == AssignmentType.INCREMENTAL
        ? told
        : with(
            told,
            told.type(),
            told.appliesTo(),
            told.tasks().subList(0, (told.tasks().size() + 1) / 2));
  }

  private static Assignment with(
      Assignment told, AssignmentType type, long appliesTo, List<Task> tasks) {
    return new Assignment(
        told.sessionId(),
        type,
        told.sequence(),
        appliesTo,
        tasks,
        told.removedTasks(),
        told.networks(),
        told.secrets(),
        told.configs(),
        told.registryAuths());
  }
}
