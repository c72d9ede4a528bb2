package dev.skep.conf;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** The rules of the house that a reader may rely on; ARCHITECTURE.md says why they are. */
class ArchitectureTest {
  private static final String[] ROOMS = {
    "dev.skep.scheduler..", "dev.skep.node..", "dev.skep.ingress..", "dev.skep.gateway.."
  };

  private static final String ENGINE = "dev.skep.engine..";

  private static final String IDENTITY = "dev.skep.identity..";

  /** Rooms of pure functions: a snapshot, an event, the time and chance in; decisions out. */
  private static final String[] DECISIONS = {
    "dev.skep.scheduler.orchestrate..",
    "dev.skep.scheduler.place..",
    "dev.skep.scheduler.allocate..",
    "dev.skep.scheduler.liveness..",
    "dev.skep.scheduler.routes..",
    "dev.skep.store.constraint..",
    "dev.skep.store.net..",
    "dev.skep.node.step.."
  };

  private static final JavaClasses SKEP =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.skep");

  /** What a store is made of is read from the bottom: objects, states, the contract, replicas. */
  @Test
  void the_store_is_built_in_layers() {
    layer("dev.skep.store.model..", "dev.skep.store.(state|replica|memory|raft|bus|membership)..");
    layer("dev.skep.store.state..", "dev.skep.store.(replica|memory|raft|bus|membership)..");
    layer("dev.skep.store.replica..", "dev.skep.store.(memory|raft|bus|membership)..");
    layer("dev.skep.store.bus..", "dev.skep.store.(replica|memory|raft|membership)..");
    layer("dev.skep.store.raft.file..", "dev.skep.store.replica..");
    layer("dev.skep.store.raft.(file|group|snapshot|transport)..", "dev.skep.store.raft");
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.skep.store.raft..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.ratis..")
        .check(SKEP);
    noClasses()
        .that()
        .resideInAnyPackage("dev.skep.store.model..", "dev.skep.store.state..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.skep.store")
        .check(SKEP);
  }

  private static void layer(String lower, String above) {
    noClasses()
        .that()
        .resideInAPackage(lower)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(above)
        .check(SKEP);
  }

  @Test
  void the_store_knows_no_other_room() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.skep.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(with("dev.skep.conf..")));
  }

  @Test
  void the_engine_s_client_knows_nothing_of_ours() {
    check(
        noClasses()
            .that()
            .resideInAPackage(ENGINE)
            .should()
            .dependOnClassesThat(
                JavaClass.Predicates.resideInAPackage("dev.skep..")
                    .and(DescribedPredicate.not(JavaClass.Predicates.resideInAPackage(ENGINE)))));
  }

  @Test
  void certificates_and_keys_know_nothing_of_ours_and_only_conf_knows_them() {
    check(
        noClasses()
            .that()
            .resideInAPackage(IDENTITY)
            .should()
            .dependOnClassesThat(
                JavaClass.Predicates.resideInAPackage("dev.skep..")
                    .and(DescribedPredicate.not(JavaClass.Predicates.resideInAPackage(IDENTITY)))));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(IDENTITY, "dev.skep.conf..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(IDENTITY));
    layer("dev.skep.identity", "dev.skep.identity.tls");
  }

  @Test
  void bouncy_castle_stays_where_certificates_are_written() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.skep.identity")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bouncycastle.."));
    check(
        noClasses()
            .should()
            .callMethod(java.security.Security.class, "addProvider", java.security.Provider.class));
  }

  @Test
  void only_the_node_the_gateway_and_conf_know_the_engine_s_client() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("dev.skep.store..", "dev.skep.scheduler..", "dev.skep.ingress..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ENGINE));
  }

  @Test
  void the_four_rooms_know_the_store_and_the_engine_s_client_and_nothing_else_of_ours() {
    for (String room : ROOMS) {
      check(
          noClasses()
              .that()
              .resideInAPackage(room)
              .should()
              .dependOnClassesThat(
                  JavaClass.Predicates.resideInAPackage("dev.skep..")
                      .and(
                          DescribedPredicate.not(
                              JavaClass.Predicates.resideInAnyPackage(
                                  room, "dev.skep.store..", ENGINE)))));
    }
  }

  /** It reads a ClientHello and moves bytes; who may come in is the components' business. */
  @Test
  void the_front_door_knows_no_component_and_no_key() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.skep.conf.control..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.skep.conf.bus..",
                "dev.skep.conf.swarm..",
                "dev.skep.store..",
                IDENTITY,
                "javax.net.ssl.."));
  }

  /** The classes of theirs that this room stands on are internal, and change with each version. */
  @Test
  void hazelcast_stays_in_the_room_of_the_bus() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.skep.conf.bus..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.hazelcast.."));
  }

  @Test
  void the_packages_of_the_node_depend_on_each_other_one_way_only() {
    check(slices().matching("dev.skep.node.(*)..").should().beFreeOfCycles());
  }

  @Test
  void the_ingress_knows_data_planes_by_their_interface_alone() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.skep.ingress")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.skep.ingress.userspace..", "dev.skep.ingress.socket.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.skep.ingress.socket..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.skep.ingress", "dev.skep.ingress.userspace.."));
  }

  @Test
  void those_who_talk_to_agents_do_not_know_the_leader_s_loop() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("dev.skep.scheduler.dispatch..", "dev.skep.scheduler.routes..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.skep.scheduler.leader..", "dev.skep.scheduler"));
  }

  @Test
  void decisions_are_pure() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(DECISIONS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "io.vertx..",
                "java.io..",
                "java.nio.file..",
                "java.util.concurrent..",
                "org.slf4j..")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(InstantSource.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.net.Socket.class));
  }

  @Test
  void time_and_chance_come_through_constructors() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.skep.conf..")
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(InstantSource.class, "system")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callConstructor(Random.class)
            .orShould()
            .callMethod(ThreadLocalRandom.class, "current"));
  }

  @Test
  void nobody_sleeps() {
    check(
        noClasses()
            .should()
            .callMethodWhere(
                target(owner(are(JavaClass.Predicates.equivalentTo(Thread.class))))
                    .and(target(name("sleep")))));
  }

  @Test
  void names_say_what_a_type_is_for() {
    check(
        // A manager is a role of nodes here, and in this room only.
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.skep.store.membership")
            .should()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Impl"));
    check(
        noClasses()
            .should()
            .resideInAnyPackage("..util..", "..common..", "..helper..", "..impl..", "..base.."));
  }

  @Test
  void every_package_says_what_it_is_for() {
    check(
        classes()
            .that()
            .haveSimpleName("package-info")
            .should()
            .beAnnotatedWith(org.jspecify.annotations.NullMarked.class));
  }

  private static String[] with(String more) {
    String[] all = java.util.Arrays.copyOf(ROOMS, ROOMS.length + 1);
    all[ROOMS.length] = more;
    return all;
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(false).check(SKEP);
  }
}
