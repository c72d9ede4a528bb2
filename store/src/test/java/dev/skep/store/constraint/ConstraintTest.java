package dev.skep.store.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.model.Node;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.Service;
import dev.skep.store.model.ServiceBuilder;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.Resources;
import dev.skep.store.model.spec.ServiceSpecBuilder;
import dev.skep.store.model.spec.TaskSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConstraintTest {
  private static final Node NODE =
      new Node(
          "n1",
          Version.NONE,
          Instant.EPOCH,
          Instant.EPOCH,
          new Node.NodeSpec(null, Map.of("disk", "SSD", "Zone", "a"), "worker", "active"),
          new NodeDescription(
              "host-1",
              new NodeDescription.Platform("x86_64", "linux"),
              Resources.Reservations.NONE,
              new NodeDescription.EngineDescription("20.10", Map.of("fast", "yes"), List.of()),
              null),
          new Node.NodeStatus("ready", null, "10.1.2.3"),
          null,
          null,
          null,
          List.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "node.id==n1",
        "node.id == N1",
        "NODE.ID==n1",
        "node.hostname==host-1",
        "node.hostname!=host-2",
        "node.role==worker",
        "node.role!=manager",
        "node.platform.os==linux",
        "node.platform.arch==x86_64",
        "node.labels.disk==ssd",
        "node.labels.disk!=hdd",
        "node.labels.Zone==a",
        "node.labels.none!=x",
        "engine.labels.fast==yes",
        "node.ip==10.1.2.3",
        "node.ip==10.1.0.0/16",
        "node.ip!=10.2.0.0/16",
        "node.hostname==host*",
        "node.hostname==*-1",
        "node.hostname!=db*",
        "NODE.LABELS.disk==s*D",
        "node.labels.none==*",
        "node.labels.Zone in (a, b)",
        "node.labels.Zone in(B,A)",
        "node.labels.Zone not in (b, c)",
        "node.labels.none not in (b)",
        "node.hostname in (x, host-*)",
        "node.ip in (10.9.0.1, 10.1.0.0/16)",
        "node.ip not in (10.9.0.1, 10.2.0.0/16)"
      })
  void holds_on_the_node(String expression) {
    assertThat(Constraint.parse(expression).holds(NODE)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "node.id!=n1",
        "node.hostname==host",
        "node.hostname==ost*",
        "node.hostname!=host*",
        "node.hostname==host?1",
        "node.labels.Zone in (b, c)",
        "node.labels.Zone not in (a, b)",
        "node.ip in (10.1.2.3, nonsense)",
        "node.ip not in (10.1.0.0/16)",
        "node.unheard in (of)",
        "node.role==manager",
        "node.platform.arch==arm64",
        "node.labels.zone==a",
        "node.labels.disk!=ssd",
        "engine.labels.fast!=yes",
        "node.ip==10.2.0.0/16",
        "node.ip==nonsense",
        "node.unheard==of",
        "node.unheard!=of",
        "node.labels.==x"
      })
  void does_not_hold_on_the_node(String expression) {
    assertThat(Constraint.parse(expression).holds(NODE)).isFalse();
  }

  @Test
  void refuses_in_swarms_words() {
    assertThatThrownBy(() -> Constraint.parse("node.role=worker"))
        .hasMessage("constraint expected one operator from ==, !=");
    assertThatThrownBy(() -> Constraint.parse("no de==x")).hasMessage("key 'no de' is invalid");
    assertThatThrownBy(() -> Constraint.parse("node.id==")).hasMessage("value '' is invalid");
    assertThatThrownBy(() -> Constraint.parse("node.id==a>b")).hasMessage("value 'a>b' is invalid");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          node.labels.zone in a      | constraint expected one operator from ==, !=
          node.labels.zone within (a)| constraint expected one operator from ==, !=
          node.labels.zone in ()     | value '' is invalid
          node.labels.zone in (a,)   | value '' is invalid
          node.labels.zone in (a,b>c)| value 'b>c' is invalid
          no de in (a)               | key 'no de' is invalid
          """)
  void refuses_sets_that_cannot_be_read(String expression, String message) {
    assertThatThrownBy(() -> Constraint.parse(expression)).hasMessage(message);
  }

  @Test
  void a_star_stands_for_itself_too() {
    assertThat(Glob.matches("a*c", "a*c")).isTrue();
    assertThat(Glob.matches("a*a*b", "aab")).isTrue();
    assertThat(Glob.matches("a*a", "a")).isFalse();
    assertThat(Glob.matches("**", "")).isTrue();
  }

  @Test
  void those_about_services_say_nothing_of_nodes() {
    List<Constraint> about =
        Constraint.parse(List.of("service.name != db", "SERVICE.labels.Tier in (a, b)"));
    assertThat(about).allMatch(Constraint::aboutServices);
    assertThat(Constraint.allHold(about, NODE)).isTrue();
    assertThat(Constraint.parse("service.unheard==of").aboutServices()).isFalse();
    assertThat(Constraint.parse("service.unheard==of").holds(NODE)).isFalse();
    assertThat(Constraint.parse("service.labels.==x").aboutServices()).isFalse();
  }

  @Test
  void names_services_by_id_name_and_label() {
    Service db =
        ServiceBuilder.builder()
            .id("s1")
            .version(Version.NONE)
            .createdAt(Instant.EPOCH)
            .updatedAt(Instant.EPOCH)
            .spec(
                ServiceSpecBuilder.builder()
                    .name("db")
                    .labels(Map.of("Tier", "data"))
                    .taskTemplate(TaskSpec.of(ContainerSpec.of("db:1")))
                    .build())
            .build();
    assertThat(List.of("service.id==S1", "service.name != DB", "service.labels.Tier in (x, da*)"))
        .allMatch(expression -> Constraint.parse(expression).names(db));
    assertThat(List.of("service.id==s2", "service.name==web", "service.labels.tier==data"))
        .noneMatch(expression -> Constraint.parse(expression).names(db));
  }

  @Test
  void all_must_hold() {
    List<Constraint> both = Constraint.parse(List.of("node.role==worker", "node.id!=n1"));
    assertThat(Constraint.allHold(both, NODE)).isFalse();
    assertThat(Constraint.allHold(List.of(), NODE)).isTrue();
  }
}
