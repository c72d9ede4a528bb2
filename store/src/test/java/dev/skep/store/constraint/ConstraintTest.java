package dev.skep.store.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.store.model.Node;
import dev.skep.store.model.NodeDescription;
import dev.skep.store.model.Resources;
import dev.skep.store.model.Version;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
          null);

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
        "node.ip!=10.2.0.0/16"
      })
  void holds_on_the_node(String expression) {
    assertThat(Constraint.parse(expression).holds(NODE)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "node.id!=n1",
        "node.hostname==host",
        "node.hostname==host*",
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

  @Test
  void all_must_hold() {
    List<Constraint> both = Constraint.parse(List.of("node.role==worker", "node.id!=n1"));
    assertThat(Constraint.allHold(both, NODE)).isFalse();
    assertThat(Constraint.allHold(List.of(), NODE)).isTrue();
  }
}
