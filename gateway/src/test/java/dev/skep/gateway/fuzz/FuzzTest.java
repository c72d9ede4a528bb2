package dev.skep.gateway.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.skep.gateway.Answer;
import dev.skep.gateway.GatewayFixture;
import dev.skep.store.model.Kind;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.json.Json;
import dev.skep.store.state.ClusterState;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Bodies and queries that are wrong in all ways: each is taken or refused with a status and a text
 * that the contract has, and a refusal changes nothing. {@code -Dskep.fuzz.inputs} for more of
 * them, {@code -Dskep.seed} for others.
 */
class FuzzTest {
  private static final int INPUTS = Integer.getInteger("skep.fuzz.inputs", 15_000);
  private static final long SEED = Long.getLong("skep.seed", 1);

  /** What a refusal may be. */
  private static final Set<Integer> REFUSALS = Set.of(400, 403, 404, 406, 409);

  /** What the contract answers with a server's error although the client is wrong. */
  private static final Map<Integer, Pattern> SERVER_ERRORS =
      Map.of(
          500,
              Pattern.compile(
                  "update out of sequence|network .* not found|constraint expected one operator|(key|value) '.*' is invalid"),
          501, Pattern.compile("is not supported|not allowed|not supported|only updates to"));

  /** What a text for a user never has. */
  private static final Pattern INNARDS =
      Pattern.compile("Exception|\\bjava\\.|dev\\.skep|\\tat |@[0-9a-f]{6,}|\\bnull\\b.*cannot");

  private static final String SERVICE =
      """
      {"Name": "web", "Labels": {"a": "b"},
       "TaskTemplate": {
         "ContainerSpec": {
           "Image": "test/whoami:1", "Labels": {"c": "d"}, "Command": ["/bin/web"], "Args": ["-v"],
           "Hostname": "{{.Node.Hostname}}", "Env": ["A=1", "B={{.Task.Slot}}"], "Dir": "/srv",
           "User": "1:1", "Groups": ["adm"], "TTY": false, "OpenStdin": false, "ReadOnly": true,
           "Mounts": [
             {"Type": "volume", "Source": "data", "Target": "/data", "ReadOnly": false,
              "VolumeOptions": {"NoCopy": true, "Labels": {"v": "1"}, "DriverConfig": {"Name": "local", "Options": {"o": "x"}}}},
             {"Type": "bind", "Source": "/srv", "Target": "/in", "BindOptions": {"Propagation": "rprivate"}},
             {"Type": "tmpfs", "Target": "/tmp", "TmpfsOptions": {"SizeBytes": 1048576, "Mode": 511}}],
           "StopSignal": "SIGTERM", "StopGracePeriod": 10000000000,
           "HealthCheck": {"Test": ["CMD", "true"], "Interval": 1000000000, "Timeout": 1000000000, "Retries": 3, "StartPeriod": 0},
           "Hosts": ["10.0.0.1 a b"], "DNSConfig": {"Nameservers": ["10.0.0.2"], "Search": ["x"], "Options": ["ndots:1"]},
           "Secrets": [{"File": {"Name": "s", "UID": "0", "GID": "0", "Mode": 292}, "SecretID": "SECRET", "SecretName": "standing"}],
           "Configs": [{"File": {"Name": "c", "UID": "0", "GID": "0", "Mode": 292}, "ConfigID": "CONFIG", "ConfigName": "standing"}],
           "Isolation": "default", "Init": true, "Sysctls": {"net.core.somaxconn": "1024"},
           "CapabilityAdd": ["CAP_NET_RAW"], "CapabilityDrop": ["ALL"], "Ulimits": [{"Name": "nofile", "Soft": 10, "Hard": 20}]},
         "Resources": {
           "Limits": {"NanoCPUs": 500000000, "MemoryBytes": 67108864, "Pids": 100},
           "Reservations": {"NanoCPUs": 100000000, "MemoryBytes": 33554432, "GenericResources": [{"DiscreteResourceSpec": {"Kind": "SSD", "Value": 1}}]}},
         "RestartPolicy": {"Condition": "on-failure", "Delay": 1000000000, "MaxAttempts": 3, "Window": 0},
         "Placement": {"Constraints": ["node.role==worker", "node.labels.zone != a"], "Preferences": [{"Spread": {"SpreadDescriptor": "node.labels.zone"}}],
           "MaxReplicas": 3, "Platforms": [{"Architecture": "x86_64", "OS": "linux"}]},
         "Networks": [{"Target": "NETWORK", "Aliases": ["w"]}],
         "LogDriver": {"Name": "json-file", "Options": {"max-size": "1m"}}, "ForceUpdate": 1},
       "Mode": {"Replicated": {"Replicas": 2}},
       "UpdateConfig": {"Parallelism": 1, "Delay": 1, "FailureAction": "pause", "Monitor": 1000000000, "MaxFailureRatio": 0.5, "Order": "stop-first"},
       "RollbackConfig": {"Parallelism": 1, "FailureAction": "continue", "MaxFailureRatio": 0, "Order": "start-first"},
       "EndpointSpec": {"Mode": "vip", "Ports": [{"Name": "p", "Protocol": "tcp", "TargetPort": 80, "PublishedPort": 18080, "PublishMode": "ingress"}]}}
      """;

  private static final String JOB =
      """
      {"Name": "job", "TaskTemplate": {"ContainerSpec": {"Image": "test/job:1"}, "RestartPolicy": {"Condition": "none"}},
       "Mode": {"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 4}}}
      """;

  private static final String GLOBAL =
      """
      {"Name": "agent", "TaskTemplate": {"ContainerSpec": {"Image": "test/agent:1"}, "Networks": [{"Target": "host"}]},
       "Mode": {"Global": {}}, "EndpointSpec": {"Mode": "dnsrr", "Ports": [{"TargetPort": 9, "PublishedPort": 9, "PublishMode": "host"}]}}
      """;

  private static final String NETWORK =
      """
      {"Name": "back", "Driver": "overlay", "CheckDuplicate": true, "Internal": false, "Attachable": true, "Ingress": false, "EnableIPv6": false,
       "Scope": "swarm", "IPAM": {"Driver": "default", "Options": {}, "Config": [{"Subnet": "10.9.0.0/24", "IPRange": "10.9.0.128/25", "Gateway": "10.9.0.1", "AuxiliaryAddresses": {"r": "10.9.0.5"}}]},
       "Options": {"encrypted": ""}, "Labels": {"a": "b"}}
      """;

  private static final String SECRET =
      "{\"Name\": \"key\", \"Labels\": {\"a\": \"b\"}, \"Data\": \"aG9uZXk=\", \"Templating\": {\"Name\": \"golang\"}}";

  private static final String CONFIG =
      "{\"Name\": \"conf\", \"Labels\": {\"a\": \"b\"}, \"Data\": \"aG9uZXk=\"}";

  private static final String NODE =
      "{\"Name\": \"n\", \"Labels\": {\"zone\": \"a\"}, \"Role\": \"worker\", \"Availability\": \"active\"}";

  /** Where a body goes, and what a right one is. VERSION stands for the version of the object. */
  private record Endpoint(String uri, Kind kind, JsonNode right) {}

  private static final List<String> VERSIONS =
      List.of("", "x", "-1", "0", "18446744073709551615", "99999999999999999999", "1%00", "1.0");

  private final GatewayFixture gateway = new GatewayFixture().asManager();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void every_body_is_taken_or_refused_in_the_contract_s_words_and_a_refusal_changes_nothing() {
    List<Endpoint> endpoints = stand();
    int taken = 0;
    for (int i = 0; i < INPUTS; i++) {
      SplittableRandom random = new SplittableRandom(SEED * 1_000_003 + i);
      Endpoint endpoint = endpoints.get(random.nextInt(endpoints.size()));
      String uri = uri(endpoint, random);
      String body = new Mutator(random).mutate(endpoint.right());
      ClusterState before = gateway.store().state();
      Answer answer = gateway.call(HttpMethod.POST, uri, body, Map.of());
      String what = "input %d: POST %s %s\n-> %s".formatted(i, uri, body, answer);
      if (answer.status() < 300) {
        checkTaken(what, endpoint, before);
        taken++;
      } else {
        checkRefused(what, answer);
        assertThat(gateway.store().state()).as(what).isSameAs(before);
      }
    }
    assertThat(taken).as("some are right").isBetween(INPUTS / 20, INPUTS * 19 / 20);
  }

  /** Makes the objects that updates and references name. */
  private List<Endpoint> stand() {
    String secret = made("/secrets/create", SECRET.replace("\"key\"", "\"standing\""));
    String config = made("/configs/create", CONFIG.replace("\"conf\"", "\"standing\""));
    String network =
        made("/networks/create", NETWORK.replace("back", "net").replace("10.9", "10.8"));
    String service =
        SERVICE.replace("SECRET", secret).replace("CONFIG", config).replace("NETWORK", network);
    made("/services/create", service.replace("\"web\"", "\"standing\"").replace("18080", "18081"));
    String update = "/services/standing/update?version=VERSION";
    return Stream.of(
            endpoint("/services/create", Kind.SERVICE, service),
            endpoint("/services/create", Kind.SERVICE, JOB),
            endpoint("/services/create", Kind.SERVICE, GLOBAL),
            endpoint(update, Kind.SERVICE, service.replace("\"web\"", "\"standing\"")),
            endpoint(update + "&rollback=previous", Kind.SERVICE, service),
            endpoint("/networks/create", Kind.NETWORK, NETWORK),
            endpoint("/secrets/create", Kind.SECRET, SECRET),
            endpoint(
                "/secrets/standing/update?version=VERSION",
                Kind.SECRET,
                SECRET.replace("\"key\"", "\"standing\"")),
            endpoint("/configs/create", Kind.CONFIG, CONFIG),
            endpoint(
                "/configs/standing/update?version=VERSION",
                Kind.CONFIG,
                CONFIG.replace("\"conf\"", "\"standing\"")),
            endpoint("/nodes/node-2/update?version=VERSION", Kind.NODE, NODE))
        .toList();
  }

  private String made(String uri, String body) {
    Answer answer = gateway.post(uri, body);
    assertThat(answer.status()).as(answer.text()).isIn(200, 201);
    JsonNode id = answer.json().path("ID");
    return id.isMissingNode() ? answer.json().path("Id").asText() : id.asText();
  }

  private static Endpoint endpoint(String uri, Kind kind, String right) {
    try {
      return new Endpoint(uri, kind, Json.mapper().readTree(right));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private String uri(Endpoint endpoint, SplittableRandom random) {
    if (!endpoint.uri().contains("VERSION")) {
      return endpoint.uri();
    }
    String version =
        random.nextInt(10) == 0
            ? VERSIONS.get(random.nextInt(VERSIONS.size()))
            : Long.toString(
                gateway
                    .store()
                    .state()
                    .named(endpoint.kind(), endpoint.kind() == Kind.NODE ? "node-2" : "standing")
                    .or(() -> gateway.store().state().find(endpoint.kind(), GatewayFixture.WORKER))
                    .map(found -> found.version().index())
                    .orElse(0L));
    return endpoint.uri().replace("VERSION", version);
  }

  private static void checkRefused(String what, Answer answer) {
    Pattern named = SERVER_ERRORS.get(answer.status());
    assertThat(named != null || REFUSALS.contains(answer.status())).as(what).isTrue();
    String message = answer.json().path("message").asText();
    assertThat(message).as(what).isNotBlank().doesNotContainPattern(INNARDS);
    if (named != null) {
      assertThat(message).as(what).containsPattern(named);
    }
  }

  /** What was taken can be read back by clients, by the log and from it; then it goes again. */
  private void checkTaken(String what, Endpoint endpoint, ClusterState before) {
    for (SwarmObject object : gateway.store().state().all(endpoint.kind())) {
      if (before.find(endpoint.kind(), object.id()).filter(object::equals).isPresent()) {
        continue;
      }
      String path = "/" + endpoint.kind().name().toLowerCase(Locale.ROOT) + "s/";
      gateway.get(path + object.id()).expect(200);
      assertThat(Json.readStored(Json.storedBytes(object), endpoint.kind().type()))
          .as(what)
          .isEqualTo(object);
      if (before.find(endpoint.kind(), object.id()).isEmpty()) {
        assertThat(gateway.delete(path + object.id()).status()).as(what).isIn(200, 204);
      }
    }
  }
}
