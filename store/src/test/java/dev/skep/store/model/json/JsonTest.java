package dev.skep.store.model.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonView;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skep.store.Samples;
import dev.skep.store.model.Cluster.ClusterSpec;
import dev.skep.store.model.Kind;
import dev.skep.store.model.Secret;
import dev.skep.store.model.Service;
import dev.skep.store.model.SwarmObject;
import dev.skep.store.model.Task;
import dev.skep.store.model.TaskState;
import dev.skep.store.model.TaskStatus;
import dev.skep.store.model.Version;
import dev.skep.store.model.spec.ContainerSpec;
import dev.skep.store.model.spec.ContainerSpec.DnsConfig;
import dev.skep.store.model.spec.ContainerSpecBuilder;
import dev.skep.store.model.spec.ServiceSpec;
import dev.skep.store.state.Filled;
import dev.skep.store.state.Op;
import dev.skep.store.state.Transaction;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static final ObjectMapper PLAIN = new ObjectMapper();

  /** Whether an integer is written as 0 or 0.0 is all the same to clients. */
  private static final Comparator<JsonNode> NUMBERS_BY_VALUE =
      (one, other) ->
          one.equals(other)
                  || (one.isNumber()
                      && other.isNumber()
                      && one.decimalValue().compareTo(other.decimalValue()) == 0)
              ? 0
              : 1;

  private static JsonNode sample(String name) throws Exception {
    try (InputStream in = JsonTest.class.getResourceAsStream("/dev/skep/store/model/" + name)) {
      return PLAIN.readTree(Objects.requireNonNull(in, name));
    }
  }

  private static <T> T read(Class<T> type, String json) throws JsonProcessingException {
    return Json.apiReader(type).readValue(json);
  }

  private static JsonNode tree(String json) throws JsonProcessingException {
    return PLAIN.readTree(json);
  }

  // ------------------------------------------------------------------ the API's view

  @ParameterizedTest
  @CsvSource({
    "service.json, SERVICE",
    "job.json, SERVICE",
    "task.json, TASK",
    "node.json, NODE",
    "cluster.json, CLUSTER",
    "secret.json, SECRET",
    "config.json, CONFIG"
  })
  void gives_back_what_the_engine_writes_field_for_field(String file, Kind kind) throws Exception {
    JsonNode sample = sample(file);
    SwarmObject read = read(kind.type(), sample.toString());
    JsonNode written = tree(Json.api(read));
    assertThat(written.equals(NUMBERS_BY_VALUE, sample))
        .as("%nread    %s%nwritten %s", sample, written)
        .isTrue();
    assertThat((Object) Json.readStored(Json.storedBytes(read), kind.type())).isEqualTo(read);
  }

  @Test
  void reads_into_the_places_where_they_belong() throws Exception {
    Service service = read(Service.class, sample("service.json").toString());
    ContainerSpec container = Objects.requireNonNull(service.spec().taskTemplate().containerSpec());
    assertThat(service.version()).isEqualTo(new Version(313));
    assertThat(container.stopGracePeriod()).isEqualTo(1_000_000_000L);
    assertThat(container.dnsConfig())
        .isEqualTo(new DnsConfig(List.of("9.9.9.9"), List.of("x.y"), List.of("ndots:1")));
    assertThat(container.secrets().getFirst().secretId()).isEqualTo("2s5wedcj7x6occns8tlqanet1");
    assertThat(service.spec().taskTemplate().reservations().nanoCpusOrZero())
        .isEqualTo(250_000_000L);
    Service.Endpoint endpoint = Objects.requireNonNull(service.endpoint());
    assertThat(endpoint.virtualIps())
        .containsExactly(new Service.VirtualIp("jm8f8t2d909m8110i2irolpid", "10.0.0.3/24"));
    Task task = read(Task.class, sample("task.json").toString());
    assertThat(task.state()).isEqualTo(TaskState.FAILED);
    assertThat(task.desiredState()).isEqualTo(TaskState.SHUTDOWN);
    assertThat(task.jobIteration()).isEqualTo(new Service.JobIteration(0));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void the_api_shows_nothing_that_is_only_stored(Kind kind) throws Exception {
    SwarmObject full = object(kind);
    JsonNode shown = tree(Json.api(full));
    assertThat(tree(Json.mapper().writeValueAsString(full))).isEqualTo(shown);
    assertThat(PLAIN.<JsonNode>valueToTree(Json.mapper().valueToTree(full))).isEqualTo(shown);
    JsonNode stored = tree(Json.stored(full));
    for (String name : storedNames(kind)) {
      assertThat(stored.has(name)).as(name).isTrue();
      assertThat(shown.has(name)).as(name).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void no_client_can_set_what_is_only_stored(Kind kind) throws Exception {
    SwarmObject full = object(kind);
    SwarmObject read = read(kind.type(), Json.stored(full));
    assertThat(Json.api(read)).isEqualTo(Json.api(full));
    JsonNode bare = tree(Json.stored(read));
    for (String name : storedNames(kind)) {
      assertThat(bare.path(name).asText()).as(name).isEmpty();
      assertThat(bare.path(name).size()).as(name).isZero();
    }
  }

  private static SwarmObject object(Kind kind) {
    return Filled.everything().stream().filter(o -> o.kind() == kind).findAny().orElseThrow();
  }

  /** The JSON names of the components marked Stored; there are some in the kinds that have any. */
  private static List<String> storedNames(Kind kind) {
    List<String> names =
        Arrays.stream(kind.type().getDeclaredFields())
            .filter(field -> field.isAnnotationPresent(JsonView.class))
            .map(Field::getName)
            .map(name -> Character.toUpperCase(name.charAt(0)) + name.substring(1))
            .toList();
    if (List.of(Kind.CLUSTER, Kind.NODE, Kind.SERVICE, Kind.TASK).contains(kind)) {
      assertThat(names).isNotEmpty();
    }
    return names;
  }

  @Test
  void writes_labels_even_when_there_are_none() throws Exception {
    JsonNode service = tree(Json.api(Samples.service("s", "web")));
    assertThat(service.at("/Spec/Labels").toString()).isEqualTo("{}");
    assertThat(tree(Json.api(Samples.task("t", "s", 1, "n"))).at("/Labels").toString())
        .isEqualTo("{}");
    assertThat(tree(Json.api(Samples.node("n", "h"))).at("/Spec/Labels").toString())
        .isEqualTo("{}");
  }

  // ------------------------------------------------------------------ what clients send

  @Test
  void names_match_whatever_their_case() throws Exception {
    ServiceSpec spec =
        read(
            ServiceSpec.class,
            """
            {"name": "web", "TASKTEMPLATE": {"containerSpec": {"image": "nginx", "dnsConfig":
            {"nameservers": ["1.1.1.1"]}, "tty": true}, "resources": {"limits": {"nanocpus": 5}}}}
            """);
    assertThat(spec.name()).isEqualTo("web");
    ContainerSpec container = Objects.requireNonNull(spec.taskTemplate().containerSpec());
    assertThat(container.image()).isEqualTo("nginx");
    assertThat(container.tty()).isTrue();
    assertThat(Objects.requireNonNull(container.dnsConfig()).nameservers())
        .containsExactly("1.1.1.1");
    assertThat(Json.api(spec)).contains("\"NanoCPUs\":5");
  }

  @Test
  void unknown_fields_are_ignored() throws Exception {
    ServiceSpec spec =
        read(
            ServiceSpec.class,
            """
            {"Name": "web", "New": {"a": [1]}, "TaskTemplate": {"ContainerSpec": {"Later": 1}}}
            """);
    assertThat(spec.name()).isEqualTo("web");
    assertThat(Json.api(spec)).doesNotContain("New", "Later");
  }

  @Test
  void absent_and_null_are_empty() throws Exception {
    ContainerSpec absent = read(ContainerSpec.class, "{}");
    ContainerSpec nulls =
        read(
            ContainerSpec.class,
            """
            {"Image": null, "Labels": null, "Env": null, "Mounts": null, "TTY": null, "DNSConfig": null}
            """);
    assertThat(nulls).isEqualTo(absent);
    assertThat(absent.env()).isEmpty();
    assertThat(absent.labels()).isEmpty();
    assertThat(absent.image()).isNull();
    assertThat(read(ServiceSpec.class, "{\"Labels\": {\"a\": null}}").labels())
        .isEqualTo(Map.of("a", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"Name\": 5}",
        "{\"Name\": true}",
        "{\"Name\": 1.5}",
        "{\"Name\": {}}",
        "{\"Name\": [\"web\"]}",
        "{\"Labels\": []}",
        "{\"Labels\": {\"a\": 1}}",
        "{\"Labels\": \"a=b\"}",
        "{\"TaskTemplate\": []}",
        "{\"TaskTemplate\": \"\"}",
        "{\"TaskTemplate\": {\"ForceUpdate\": \"1\"}}",
        "{\"TaskTemplate\": {\"ForceUpdate\": 1.5}}",
        "{\"TaskTemplate\": {\"ForceUpdate\": true}}",
        "{\"TaskTemplate\": {\"ContainerSpec\": {\"Env\": \"A=1\"}}}",
        "{\"TaskTemplate\": {\"ContainerSpec\": {\"Env\": [1]}}}",
        "{\"TaskTemplate\": {\"ContainerSpec\": {\"TTY\": \"true\"}}}",
        "{\"TaskTemplate\": {\"ContainerSpec\": {\"TTY\": 1}}}",
        "{\"TaskTemplate\": {\"ContainerSpec\": {\"StopGracePeriod\": \"10s\"}}}",
        "{\"EndpointSpec\": {\"Ports\": [{\"TargetPort\": 99999999999}]}}",
        "{\"EndpointSpec\": {\"Ports\": {}}}",
        "{\"UpdateConfig\": {\"MaxFailureRatio\": \"0.5\"}}",
        "[]",
        "\"web\"",
        "{\"Name\": ",
      })
  void wrong_types_are_errors(String json) {
    assertThatThrownBy(() -> read(ServiceSpec.class, json))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void an_error_does_not_repeat_a_secret() {
    assertThatThrownBy(() -> read(Secret.SecretSpec.class, "{\"Name\": 1, \"Data\": \"aHVzaA==\"}"))
        .message()
        .doesNotContain("aHVzaA==");
    assertThatThrownBy(() -> read(ClusterSpec.class, "{\"CAConfig\": {\"SigningCAKey\": 77177}}"))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void an_unknown_task_state_is_an_error() {
    assertThatThrownBy(() -> read(TaskStatus.class, "{\"State\": \"dancing\"}"))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void reads_times_with_an_offset() throws Exception {
    assertThat(
            read(
                    Service.UpdateStatus.class,
                    "{\"State\": \"x\", \"StartedAt\": \"2026-01-01T01:00:00.5+01:00\"}")
                .startedAt())
        .isEqualTo("2026-01-01T00:00:00.5Z");
  }

  // ------------------------------------------------------------------ stored

  @Test
  void stored_json_gives_back_every_component() {
    for (SwarmObject object : Filled.everything()) {
      assertThat((Object) Json.readStored(Json.storedBytes(object), object.kind().type()))
          .isEqualTo(object);
    }
    for (SwarmObject object : Filled.nothing()) {
      assertThat((Object) Json.readStored(Json.storedBytes(object), object.kind().type()))
          .isEqualTo(object);
    }
  }

  @Test
  void stored_json_gives_back_every_step_of_a_transaction() {
    Transaction.Builder all = Transaction.at(Samples.AT).term(7);
    for (SwarmObject object : Filled.everything()) {
      all.create(object).update(object).delete(object);
    }
    for (SwarmObject object : Filled.nothing()) {
      all.create(object);
    }
    for (Kind kind : Kind.values()) {
      all.add(new Op.Unchanged(kind, 5)).add(new Op.Delete(kind, "id", 0));
    }
    Transaction transaction = all.build();
    assertThat(Json.readStored(Json.storedBytes(transaction), Transaction.class))
        .isEqualTo(transaction);
    Transaction empty = Transaction.at(Samples.AT).build();
    assertThat(Json.readStored(Json.storedBytes(empty), Transaction.class)).isEqualTo(empty);
  }

  @Test
  void equal_objects_have_equal_json() {
    ContainerSpec one =
        ContainerSpecBuilder.builder().labels(Map.of("a", "1", "b", "2", "c", "3")).build();
    Map<String, String> reversed = new java.util.LinkedHashMap<>();
    List.of("c", "b", "a").forEach(key -> reversed.put(key, one.labels().get(key)));
    ContainerSpec other = ContainerSpecBuilder.builder().labels(reversed).build();
    assertThat(other).isEqualTo(one).hasSameHashCodeAs(one);
    assertThat(Json.stored(other)).isEqualTo(Json.stored(one));
  }

  @Test
  void maps_are_copied_once() {
    Service service = Samples.service("s", "web").withSpec(Filled.full(ServiceSpec.class));
    Map<String, String> labels = service.spec().labels();
    assertThat(service.withId("t").spec().labels()).isSameAs(labels);
    assertThat(service.spec().withName("x").labels()).isSameAs(labels);
    assertThatThrownBy(() -> labels.put("x", "y"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(labels::clear).isInstanceOf(UnsupportedOperationException.class);
    assertThat(labels.get("none")).isNull();
  }

  @Test
  void stored_json_that_is_not_ours_is_a_bug() {
    assertThatThrownBy(() -> Json.readStored(new byte[] {'{'}, Service.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Service");
  }
}
