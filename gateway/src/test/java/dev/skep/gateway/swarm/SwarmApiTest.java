package dev.skep.gateway.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.gateway.Answer;
import dev.skep.gateway.GatewayFixture;
import dev.skep.store.membership.Membership.InitRequest;
import dev.skep.store.membership.Membership.JoinRequest;
import dev.skep.store.membership.MembershipException;
import dev.skep.store.model.Cluster;
import io.vertx.core.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SwarmApiTest {
  private static final String INIT =
      """
      {"ListenAddr":"0.0.0.0:2377","AdvertiseAddr":"127.0.0.1","DataPathAddr":"",
       "DataPathPort":0,"ForceNewCluster":false,"Spec":{"Labels":null,"Orchestration":{},
       "Raft":{"ElectionTick":0,"HeartbeatTick":0},"Dispatcher":{},"CAConfig":{},
       "TaskDefaults":{},"EncryptionConfig":{"AutoLockManagers":false}},
       "AutoLockManagers":false,"Availability":"","DefaultAddrPool":[],"SubnetSize":24}\
      """;
  private static final String ALREADY =
      "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and"
          + " join another one.";

  private final GatewayFixture gateway = new GatewayFixture();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void founds_a_swarm() {
    Answer answer = gateway.post("/v1.41/swarm/init", INIT).expect(200);

    assertThat(answer.text()).isEqualTo("\"nodeid\"\n");
    assertThat(answer.headers().get("Content-Type")).isEqualTo("application/json");
    InitRequest asked = (InitRequest) gateway.membership.asked.getFirst();
    assertThat(asked.listenAddr()).isEqualTo("0.0.0.0:2377");
    assertThat(asked.advertiseAddr()).isEqualTo("127.0.0.1");
    gateway.asManager().post("/v1.41/swarm/init", INIT).refuses(503, ALREADY);
    gateway.post("/v1.41/swarm/join", "{}").refuses(503, ALREADY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                                                  | 400 | invalid ListenAddr "": invalid empty address
          {"ListenAddr":"a b"}                                                | 400 | invalid ListenAddr "a b": Invalid bind address format: a b
          {"ListenAddr":":2377","AdvertiseAddr":"0.0.0.0"}                    | 400 | advertise address must be a non-zero IP address
          {"ListenAddr":":2377","DataPathAddr":"0.0.0.0"}                     | 400 | data path address must be a non-zero IP
          {"ListenAddr":":2377","Availability":"x"}                           | 400 | invalid Availability: "x"
          {"ListenAddr":":2377","Spec":{"Name":"foo"}}                        | 400 | swarm spec must be named "default"
          {"ListenAddr":":2377","Spec":{"CAConfig":{"NodeCertExpiry":1000}}}  | 400 | rpc error: code = InvalidArgument desc = minimum certificate expiry time is: 1h0m0s
          {"ListenAddr":":2377","DefaultAddrPool":["x"]}                      | 400 | invalid default address pool "x": must be an IPv4 CIDR
          {"ListenAddr":":2377","DefaultAddrPool":["10.0.0.0/28"]}            | 400 | invalid default address pool "10.0.0.0/28": smaller than subnets of size /24
          {"ListenAddr":":2377","SubnetSize":31}                              | 400 | subnet size should be greater than 0 and less than or equal to 30
          {"ListenAddr":":2377","DataPathPort":80}                            | 400 | Data path port must be between 1024 and 49151
          {"ListenAddr":":2377","AutoLockManagers":true}                      | 501 | AutoLockManagers is not supported: Skep keeps no key that could lock its store; leave autolock off
          {"ListenAddr":":2377","Spec":{"CAConfig":{"ExternalCAs":[{"URL":"u"}]}}} | 501 | ExternalCAs in CAConfig is not supported: this version of Skep has no cluster CA; leave it out
          """)
  void refuses_to_found(String body, int status, String message) {
    gateway.post("/v1.41/swarm/init", body).refuses(status, message);
    assertThat(gateway.membership.asked).isEmpty();
  }

  @Test
  void founds_anew_where_there_is_a_manager_or_nobody() {
    String force = INIT.replace("\"ForceNewCluster\":false", "\"ForceNewCluster\":true");

    gateway.post("/v1.41/swarm/init", force).expect(200);
    gateway.asManager().post("/v1.41/swarm/init", force).expect(200);

    assertThat(gateway.membership.asked)
        .extracting(asked -> ((InitRequest) asked).forceNewCluster())
        .containsExactly(true, true);
    assertThat(gateway.asWorker().post("/v1.41/swarm/init", force).expect(503).message())
        .startsWith("This node is not a swarm manager. Worker nodes can't be used");
    assertThat(gateway.membership.asked).hasSize(2);
  }

  @Test
  void joins_and_passes_on_what_the_manager_says() {
    String body =
        "{\"ListenAddr\":\"0.0.0.0:2377\",\"RemoteAddrs\":[\"127.0.0.2:2377\"],\"JoinToken\":\"t\"}";
    Answer answer = gateway.post("/v1.41/swarm/join", body).expect(200);
    assertThat(answer.text()).isEmpty();
    assertThat(answer.headers().get("Content-Length")).isEqualTo("0");
    JoinRequest asked = (JoinRequest) gateway.membership.asked.getFirst();
    assertThat(asked.remoteAddrs()).containsExactly("127.0.0.2:2377");

    gateway.membership.answer =
        Future.failedFuture(new MembershipException(500, "invalid join token"));
    gateway.post("/v1.41/swarm/join", body).refuses(500, "invalid join token");
    gateway
        .post("/v1.41/swarm/join", "{\"ListenAddr\":\":1\"}")
        .refuses(400, "at least 1 RemoteAddr is required to join");
    gateway
        .post("/v1.41/swarm/join", body.replace("\"t\"", "\"\""))
        .refuses(
            400,
            "rpc error: code = InvalidArgument desc = A valid join token is necessary to join this"
                + " cluster; \"docker swarm join-token worker\" on a manager shows it");
  }

  @Test
  void leaves() {
    gateway.post("/v1.41/swarm/leave", "").refuses(503, "This node is not part of a swarm");
    gateway.asManager();
    gateway.membership.answer =
        Future.failedFuture(new MembershipException(503, "You are attempting to leave"));
    gateway.post("/v1.41/swarm/leave", "").refuses(503, "You are attempting to leave");
    gateway.membership.answer = Future.succeededFuture("");
    gateway.post("/v1.41/swarm/leave?force=1", "").expect(200);
    assertThat(gateway.membership.asked).containsExactly(false, true);
  }

  @Test
  void shows_the_swarm() {
    JsonNode swarm = gateway.asManager().get("/v1.41/swarm").expect(200).json();

    assertThat(swarm.get("JoinTokens").get("Worker").asText())
        .isEqualTo(GatewayFixture.WORKER_TOKEN);
    assertThat(swarm.get("DefaultAddrPool").toString()).isEqualTo("[\"10.0.0.0/8\"]");
    assertThat(swarm.get("SubnetSize").asInt()).isEqualTo(24);
    assertThat(swarm.get("DataPathPort").asInt()).isEqualTo(4789);
    assertThat(swarm.get("RootRotationInProgress").asBoolean()).isFalse();
    assertThat(swarm.get("TLSInfo").isObject()).isTrue();
    assertThat(swarm.toString()).doesNotContain("BusName");
  }

  @Test
  void updates_the_spec_and_rotates_tokens() {
    gateway.asManager();
    long version = cluster().version().index();
    gateway
        .post("/v1.41/swarm/update?version=" + version + "&rotateWorkerToken=true", spec(2))
        .expect(200);

    assertThat(cluster().taskHistoryLimit()).isEqualTo(2);
    assertThat(tokens().worker().text())
        .startsWith("SWMTKN-1-" + "d".repeat(50) + "-")
        .hasSize(GatewayFixture.WORKER_TOKEN.length())
        .isNotEqualTo(GatewayFixture.WORKER_TOKEN);
    assertThat(tokens().manager().text()).endsWith("m".repeat(25));
    gateway
        .post("/v1.41/swarm/update?version=" + version, "{}")
        .refuses(500, "rpc error: code = Unknown desc = update out of sequence");
    gateway
        .post("/v1.41/swarm/update", "{}")
        .refuses(400, "invalid swarm version '': strconv.ParseUint: parsing \"\": invalid syntax");
    gateway
        .post("/v1.41/swarm/update?version=1", "{\"Name\":\"foo\"}")
        .refuses(400, "swarm spec must be named \"default\"");
    gateway
        .post("/v1.41/swarm/update?version=1", "{\"EncryptionConfig\":{\"AutoLockManagers\":true}}")
        .expect(501);
    gateway
        .post("/v1.41/swarm/update?version=1", "{\"CAConfig\":{\"ForceRotate\":1}}")
        .refuses(
            501,
            "ForceRotate in CAConfig is not supported: this version of Skep has no cluster CA;"
                + " leave it out");
    assertThat(cluster().taskHistoryLimit()).isEqualTo(2);
  }

  @Test
  void keeps_all_history_where_the_limit_is_negative() {
    gateway.asManager();
    gateway
        .post("/v1.41/swarm/update?version=" + cluster().version().index(), spec(-1))
        .expect(200);

    assertThat(cluster().taskHistoryLimit()).isEqualTo(Cluster.MOST_TASK_HISTORY);
    assertThat(gateway.get("/swarm").json().at("/Spec/Orchestration").toString())
        .isEqualTo("{\"TaskHistoryRetentionLimit\":-1}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rotateWorkerToken", "rotateManagerToken", "rotateManagerUnlockKey"})
  void wants_yes_and_no_said_as_go_does(String flag) {
    gateway.asManager();
    long version = cluster().version().index();
    String path = "/v1.41/swarm/update?version=" + version + "&" + flag + "=";

    gateway
        .post(path + "yes", spec(1))
        .refuses(
            400,
            "invalid value for %s: yes: strconv.ParseBool: parsing \"yes\": invalid syntax"
                .formatted(flag));
    assertThat(cluster().version().index()).isEqualTo(version);
    gateway.post(path + "F", spec(1)).expect(200);
  }

  @Test
  void takes_an_availability_whatever_its_case() {
    gateway
        .post("/v1.41/swarm/init", "{\"ListenAddr\":\":2377\",\"Availability\":\"DRAIN\"}")
        .expect(200);
    assertThat(((InitRequest) gateway.membership.asked.getFirst()).availability())
        .isEqualTo("drain");
  }

  @Test
  void has_no_lock() {
    gateway.asManager();
    assertThat(gateway.get("/v1.41/swarm/unlockkey").expect(200).text())
        .isEqualTo("{\"UnlockKey\":\"\"}\n");
    gateway
        .post("/v1.41/swarm/unlock", "{\"UnlockKey\":\"SWMKEY-1-x\"}")
        .refuses(409, "swarm is not locked");
  }

  private Cluster cluster() {
    return gateway.store.state().cluster().orElseThrow();
  }

  private Cluster.JoinTokens tokens() {
    return java.util.Objects.requireNonNull(cluster().joinTokens());
  }

  private static String spec(int history) {
    return "{\"Name\":\"default\",\"Orchestration\":{\"TaskHistoryRetentionLimit\":%d}}"
        .formatted(history);
  }
}
