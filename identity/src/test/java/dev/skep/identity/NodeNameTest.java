package dev.skep.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.skep.identity.NodeName.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeNameTest {
  @Test
  void is_read_from_the_certificate_that_was_made_for_it() {
    TestCluster cluster = new TestCluster("ouz9ge9rjj01syj43dbtkw22g", 1);
    assertThat(cluster.manager("n_1.a-B").name())
        .isEqualTo(new NodeName("n_1.a-B", Role.MANAGER, "ouz9ge9rjj01syj43dbtkw22g"));
  }

  @Test
  void a_root_is_no_node() {
    TestCluster cluster = new TestCluster("c1", 1);
    assertThatThrownBy(() -> NodeName.of(cluster.authority.root().certificate()))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("\"CN=skep-ca,O=c1\" is not a node's");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a,OU=swarm-manager", "a+b", "a=b", "ä", "a\nb", "a\\,b"})
  void no_id_can_say_more_than_an_id(String id) {
    assertThatThrownBy(() -> new NodeName(id, Role.WORKER, "c1"))
        .isInstanceOf(IdentityException.class)
        .hasMessageStartingWith("the node id \"");
    assertThatThrownBy(() -> new NodeName("n1", Role.WORKER, id))
        .isInstanceOf(IdentityException.class)
        .hasMessageStartingWith("the cluster id \"");
  }

  @Test
  void an_id_has_64_characters_at_most() {
    assertThat(new NodeName("a".repeat(64), Role.WORKER, "c1").nodeId()).hasSize(64);
    assertThatThrownBy(() -> new NodeName("a".repeat(65), Role.WORKER, "c1"))
        .isInstanceOf(IdentityException.class);
  }

  @Test
  void roles_are_named_as_in_the_api() {
    assertThat(List.of(Role.named("worker"), Role.named("manager")))
        .containsExactly(Role.WORKER, Role.MANAGER);
    assertThat(Role.MANAGER.word()).isEqualTo("manager");
    assertThatThrownBy(() -> Role.named("swarm-manager"))
        .isInstanceOf(IdentityException.class)
        .hasMessage("the role \"swarm-manager\" is neither worker nor manager");
  }
}
