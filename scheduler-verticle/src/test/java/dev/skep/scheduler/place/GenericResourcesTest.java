package dev.skep.scheduler.place;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.scheduler.Harness;
import dev.skep.scheduler.Samples;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.Resources.Discrete;
import dev.skep.store.model.spec.Resources.GenericResource;
import dev.skep.store.model.spec.Resources.Named;
import dev.skep.store.model.spec.Resources.Reservations;
import dev.skep.store.model.spec.ServiceSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class GenericResourcesTest {
  private static GenericResource named(String kind, String name) {
    return new GenericResource(new Named(kind, name), null);
  }

  private static GenericResource number(String kind, long value) {
    return new GenericResource(null, new Discrete(kind, value));
  }

  private static Harness nodeWith(GenericResource... resources) {
    return Harness.withNodes(1)
        .node(
            "n1",
            n ->
                n.withDescription(
                    n.description()
                        .withResources(
                            new Reservations(4_000_000_000L, 8L << 30, List.of(resources)))));
  }

  private static ServiceSpec wants(String name, long replicas, GenericResource... wanted) {
    return Samples.spec(name, replicas)
        .withTaskTemplate(
            Samples.template("web:1")
                .withResources(
                    new Resources(
                        null, new Reservations(null, null, List.of(wanted)), null, null)));
  }

  private static Harness create(Harness harness, ServiceSpec spec) {
    return harness.create(Samples.service("id-" + spec.name(), spec)).pass();
  }

  @Test
  void each_task_gets_names_that_no_other_has() {
    Harness harness =
        create(
            nodeWith(named("gpu", "g1"), named("gpu", "g2"), named("gpu", "g3"), named("x", "y")),
            wants("web", 2, number("gpu", 2)));
    assertThat(harness.wanted())
        .extracting(Task::assignedGenericResources)
        .containsExactlyInAnyOrder(List.of(named("gpu", "g1"), named("gpu", "g2")), List.of());
    assertThat(harness.wanted())
        .extracting(t -> String.valueOf(t.status().err()))
        .contains("no suitable node (insufficient resources on 1 node)");
  }

  @Test
  void none_of_a_kind_is_asked_of_nodes_that_have_the_kind() {
    Harness harness = create(nodeWith(named("gpu", "g1")), wants("neither", 1, number("fpga", 0)));
    create(harness, wants("none", 1, number("gpu", 0)));
    assertThat(harness.wanted())
        .extracting(task -> task.serviceId() + " on '" + task.nodeId() + "'")
        .containsExactlyInAnyOrder("id-neither on ''", "id-none on 'n1'");
  }

  @Test
  void names_come_back_when_a_task_has_ended() {
    Harness harness = create(nodeWith(named("gpu", "g1")), wants("web", 1, number("gpu", 1)));
    create(harness, wants("next", 1, number("gpu", 1)));
    Task waiting =
        harness.wanted().stream().filter(t -> t.nodeId().isEmpty()).findAny().orElseThrow();
    Task holder =
        harness.wanted().stream().filter(t -> !t.nodeId().isEmpty()).findAny().orElseThrow();
    harness.delete(harness.service(holder.serviceId())).pass();
    assertThat(harness.state().task(waiting.id()).orElseThrow().nodeId()).isEmpty();
    harness.report(holder, TaskState.SHUTDOWN);
    assertThat(harness.state().task(waiting.id()).orElseThrow().assignedGenericResources())
        .containsExactly(named("gpu", "g1"));
  }

  @Test
  void a_number_is_counted_down() {
    Harness harness = create(nodeWith(number("ssd", 5)), wants("web", 3, number("ssd", 2)));
    assertThat(harness.spread()).containsEntry("n1", 2).containsEntry("", 1);
    assertThat(harness.wanted().getFirst().assignedGenericResources())
        .containsExactly(number("ssd", 2));
  }

  @Test
  void all_kinds_must_be_there() {
    Harness harness =
        create(
            nodeWith(number("ssd", 5), named("gpu", "g1")),
            wants("web", 1, number("ssd", 1), number("fpga", 1)));
    assertThat(harness.spread()).containsOnlyKeys("");
    create(harness, wants("both", 1, number("ssd", 1), number("gpu", 1)));
    assertThat(harness.wanted())
        .filteredOn(t -> t.serviceName().equals("both"))
        .flatExtracting(Task::assignedGenericResources)
        .containsExactlyInAnyOrder(named("gpu", "g1"), number("ssd", 1));
  }

  @Test
  void who_asks_for_a_resource_by_its_name_gets_that_one() {
    Harness harness =
        create(
            nodeWith(named("gpu", "g1"), named("gpu", "g2"), named("gpu", "g3")),
            wants("web", 1, named("gpu", "g2"), number("gpu", 1)));
    assertThat(harness.wanted())
        .flatExtracting(Task::assignedGenericResources)
        .containsExactly(named("gpu", "g2"), named("gpu", "g1"));
    create(harness, wants("again", 1, named("gpu", "g2")));
    create(harness, wants("twice", 1, named("gpu", "g3"), named("gpu", "g3")));
    create(harness, wants("both", 1, named("gpu", "g3"), number("gpu", 1)));
    create(harness, wants("other", 1, named("gpu", "g9")));
    assertThat(harness.wanted())
        .filteredOn(task -> task.nodeId().isEmpty())
        .extracting(Task::serviceId)
        .containsExactlyInAnyOrder("id-again", "id-twice", "id-both", "id-other");
    create(harness, wants("last", 1, named("gpu", "g3")));
    assertThat(harness.wanted())
        .filteredOn(task -> task.serviceId().equals("id-last"))
        .flatExtracting(Task::assignedGenericResources)
        .containsExactly(named("gpu", "g3"));
  }

  @Test
  void a_number_is_no_name() {
    Harness harness = create(nodeWith(number("gpu", 4)), wants("web", 1, named("gpu", "g1")));
    assertThat(harness.spread()).containsOnlyKeys("");
  }

  @Test
  void a_new_fleet_knows_who_has_what() {
    Harness harness =
        create(nodeWith(named("gpu", "g1"), named("gpu", "g2")), wants("web", 1, number("gpu", 1)));
    create(harness, wants("next", 1, number("gpu", 1)));
    assertThat(harness.wanted())
        .flatExtracting(Task::assignedGenericResources)
        .containsExactlyInAnyOrder(named("gpu", "g1"), named("gpu", "g2"));
    assertThat(harness.fleet().facts()).contains("gpu={g1=1, g2=1}");
  }
}
