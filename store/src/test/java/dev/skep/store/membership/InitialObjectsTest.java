package dev.skep.store.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.model.Cluster;
import dev.skep.store.model.Cluster.ClusterSpec;
import dev.skep.store.model.Cluster.JoinTokens;
import dev.skep.store.model.Cluster.Orchestration;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Network;
import dev.skep.store.model.Sensitive;
import dev.skep.store.model.json.Json;
import dev.skep.store.state.ClusterState;
import dev.skep.store.state.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InitialObjectsTest {
  @Test
  void fills_in_the_engines_defaults() {
    Cluster cluster = founded(null, null, null).cluster().orElseThrow();

    assertThat(Json.api(cluster.spec()))
        .isEqualTo(
            """
            {"Name":"default","Labels":{},"Orchestration":{"TaskHistoryRetentionLimit":5},\
            "Raft":{"SnapshotInterval":10000,"KeepOldSnapshots":0,"LogEntriesForSlowFollowers":500,\
            "ElectionTick":10,"HeartbeatTick":1},"Dispatcher":{"HeartbeatPeriod":5000000000},\
            "CAConfig":{"NodeCertExpiry":7776000000000000},"TaskDefaults":{},\
            "EncryptionConfig":{"AutoLockManagers":false}}\
            """);
    assertThat(cluster.subnetSize()).isEqualTo(24);
    assertThat(cluster.dataPathPort()).isEqualTo(4789);
  }

  @Test
  void keeps_what_was_asked_for() {
    ClusterSpec asked =
        new ClusterSpec("", Map.of("a", "b"), new Orchestration(0L), null, null, null, null, null);

    Cluster cluster = founded(asked, null, null).cluster().orElseThrow();

    assertThat(cluster.spec().labels()).containsEntry("a", "b");
    assertThat(cluster.taskHistoryLimit()).isZero();
  }

  @Test
  void makes_the_predefined_networks_and_ingress() {
    ClusterState state = founded(null, null, null);

    assertThat(state.networks().stream().map(Network::name))
        .containsExactlyInAnyOrder("host", "bridge", "ingress");
    Network host = (Network) state.named(Kind.NETWORK, "host").orElseThrow();
    assertThat(host.predefined()).isTrue();
    assertThat(Json.api(host))
        .contains("\"DriverState\":{\"Name\":\"host\"},\"IPAMOptions\":{\"Driver\":{}}");
    Network ingress = (Network) state.named(Kind.NETWORK, "ingress").orElseThrow();
    assertThat(ingress.predefined()).isFalse();
    assertThat(Json.api(ingress))
        .contains("\"Ingress\":true")
        .contains("{\"Subnet\":\"10.0.0.0/24\",\"Gateway\":\"10.0.0.1\"}");
  }

  @Test
  void cuts_ingress_from_the_pool_that_was_asked_for() {
    ClusterState state = founded(null, List.of("172.30.5.0/16"), 26);

    Network ingress = (Network) state.named(Kind.NETWORK, "ingress").orElseThrow();
    assertThat(Json.api(ingress))
        .contains("{\"Subnet\":\"172.30.0.0/26\",\"Gateway\":\"172.30.0.1\"}");
  }

  private static ClusterState founded(
      @Nullable ClusterSpec spec, @Nullable List<String> pool, @Nullable Integer subnetSize) {
    Transaction.Builder founding = Transaction.at(Instant.EPOCH);
    InitRequest request =
        new InitRequest(
            "127.0.0.1:2377", null, null, null, pool, subnetSize, false, spec, false, "active");
    InitialObjects.addTo(
        founding,
        request,
        "c",
        new JoinTokens(new Sensitive("w"), new Sensitive("m")),
        new Sensitive("bus"),
        Instant.EPOCH,
        new Random(1));
    return ClusterState.EMPTY.apply(founding.build(), 1).state();
  }
}
