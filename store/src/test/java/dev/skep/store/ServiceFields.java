package dev.skep.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Every field of a service's task template and endpoint that the Engine API names, walked from its
 * schema ({@code service-schema.json}: the structure of the definitions TaskSpec and EndpointSpec
 * in the API's specification, version 1.56, references resolved), each with a sample value in a
 * spec that is otherwise as small as it can be.
 */
public final class ServiceFields {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a field needs around it to be meant at all; the longest prefix of its path counts. */
  private static final Map<String, String> AROUND =
      Map.ofEntries(
          Map.entry("TaskTemplate.ContainerSpec.Mounts[]", "{'Type':'bind','Target':'/t'}"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Mounts[].VolumeOptions",
              "{'Type':'volume','Target':'/t'}"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Mounts[].TmpfsOptions", "{'Type':'tmpfs','Target':'/t'}"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Mounts[].ImageOptions", "{'Type':'image','Target':'/t'}"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Secrets[]",
              "{'SecretID':'sec','SecretName':'sec','File':{'Name':'f'}}"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Configs[]",
              "{'ConfigID':'con','ConfigName':'con','File':{'Name':'f'}}"),
          Map.entry(
              "TaskTemplate.ContainerSpec.Privileges.Seccomp.Profile",
              "{'Mode':'custom','Profile':'e30='}"),
          Map.entry(
              "TaskTemplate.Resources.Reservations.GenericResources[].DiscreteResourceSpec",
              "{'Kind':'kind','Value':3}"),
          Map.entry("TaskTemplate.ContainerSpec.Ulimits[]", "{'Name':'nofile'}"),
          Map.entry("TaskTemplate.Resources", "{'Limits':{'MemoryBytes':8388608}}"),
          Map.entry("TaskTemplate.Networks[]", "{'Target':'net'}"),
          Map.entry("EndpointSpec.Ports[]", "{'TargetPort':80,'PublishMode':'host'}"));

  /** Samples where a name or a small number would not do. */
  private static final Map<String, String> SAMPLES =
      Map.ofEntries(
          Map.entry("TaskTemplate.ContainerSpec.Image", "'sample/image:1'"),
          Map.entry("TaskTemplate.ContainerSpec.Env[]", "'SAMPLE=env'"),
          Map.entry("TaskTemplate.ContainerSpec.Hosts[]", "'10.9.8.7 sample-host'"),
          Map.entry("TaskTemplate.ContainerSpec.Privileges.Seccomp.Mode", "'unconfined'"),
          Map.entry("TaskTemplate.ContainerSpec.Privileges.Seccomp.Profile", "'eyJhIjoxfQ=='"),
          Map.entry("TaskTemplate.ContainerSpec.Privileges.AppArmor.Mode", "'disabled'"),
          Map.entry("TaskTemplate.ContainerSpec.Mounts[].Type", "'tmpfs'"),
          Map.entry("TaskTemplate.ContainerSpec.Mounts[].BindOptions.Propagation", "'rslave'"),
          Map.entry("TaskTemplate.ContainerSpec.StopGracePeriod", "7000000000"),
          Map.entry("TaskTemplate.ContainerSpec.HealthCheck.Interval", "7000000000"),
          Map.entry("TaskTemplate.ContainerSpec.HealthCheck.Timeout", "7000000000"),
          Map.entry("TaskTemplate.ContainerSpec.HealthCheck.StartPeriod", "7000000000"),
          Map.entry("TaskTemplate.ContainerSpec.HealthCheck.StartInterval", "7000000000"),
          Map.entry("TaskTemplate.ContainerSpec.Secrets[].SecretID", "'sec'"),
          Map.entry("TaskTemplate.ContainerSpec.Secrets[].SecretName", "'sec'"),
          Map.entry("TaskTemplate.ContainerSpec.Configs[].ConfigID", "'con'"),
          Map.entry("TaskTemplate.ContainerSpec.Configs[].ConfigName", "'con'"),
          Map.entry("TaskTemplate.ContainerSpec.Configs[].Runtime", "{}"),
          Map.entry("TaskTemplate.ContainerSpec.Isolation", "'hyperv'"),
          Map.entry("TaskTemplate.Resources.Limits.NanoCPUs", "1234567890"),
          Map.entry("TaskTemplate.Resources.Limits.MemoryBytes", "12345678"),
          Map.entry("TaskTemplate.Resources.Reservations.NanoCPUs", "1234567890"),
          Map.entry("TaskTemplate.Resources.Reservations.MemoryBytes", "12345678"),
          Map.entry("TaskTemplate.RestartPolicy.Condition", "'on-failure'"),
          Map.entry("TaskTemplate.Placement.Constraints[]", "'node.role==worker'"),
          Map.entry(
              "TaskTemplate.Placement.Preferences[].Spread.SpreadDescriptor", "'node.labels.a'"),
          Map.entry("TaskTemplate.Runtime", "'container'"),
          Map.entry("TaskTemplate.Networks[].Target", "'net'"),
          Map.entry("EndpointSpec.Mode", "'dnsrr'"),
          Map.entry("EndpointSpec.Ports[].Protocol", "'udp'"),
          Map.entry("EndpointSpec.Ports[].PublishMode", "'host'"));

  private static final int SAMPLE_NUMBER = 77;

  /** Prefixes of fields that no service can have, and how the refusal names them. */
  public static final Map<String, String> REFUSED =
      Map.of(
          "TaskTemplate.PluginSpec", "PluginSpec",
          "TaskTemplate.NetworkAttachmentSpec", "NetworkAttachmentSpec",
          "TaskTemplate.ContainerSpec.Privileges.CredentialSpec", "CredentialSpec",
          "TaskTemplate.ContainerSpec.Isolation", "Isolation",
          "TaskTemplate.ContainerSpec.Configs[].Runtime", "Runtime");

  /**
   * @param path names joined by dots; [] is a list's element, * a map's key
   * @param value the sample
   * @param spec the service that says it
   */
  public record Field(String path, JsonNode value, ObjectNode spec) {
    @Override
    public String toString() {
      return path;
    }

    /** How the refusal names the field; empty when it is not refused. */
    public String refusal() {
      return REFUSED.entrySet().stream()
          .filter(entry -> path.startsWith(entry.getKey()))
          .map(Map.Entry::getValue)
          .findFirst()
          .orElse("");
    }

    /** What a spec says at the field's path; missing when nothing. */
    public JsonNode in(JsonNode other) {
      JsonNode at = other;
      for (String step : steps(path)) {
        at =
            step.equals("[]")
                ? at.path(0)
                : step.equals("*") ? at.path("sample") : at.path(name(step));
      }
      return at;
    }

    /** The engine writes one name otherwise than the specification. */
    private static String name(String step) {
      return step.equals("HealthCheck") ? "Healthcheck" : step;
    }
  }

  private ServiceFields() {}

  /** All of them, in the schema's order. */
  public static List<Field> all() {
    List<String> paths = new ArrayList<>();
    List<String> types = new ArrayList<>();
    try (InputStream in = ServiceFields.class.getResourceAsStream("model/service-schema.json")) {
      walk("", JSON.readTree(Objects.requireNonNull(in)), paths, types);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      JsonNode value = sample(paths.get(i), types.get(i));
      fields.add(new Field(paths.get(i), value, spec(paths.get(i), value)));
    }
    return fields;
  }

  private static void walk(String path, JsonNode schema, List<String> paths, List<String> types) {
    if (schema.isTextual()) {
      paths.add(path);
      types.add(schema.asText());
    } else if (schema.isArray()) {
      walk(path + "[]", schema.get(0), paths, types);
    } else {
      schema
          .properties()
          .forEach(entry ->
              walk(
                  path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                  entry.getValue(),
                  paths,
                  types));
    }
  }

  private static JsonNode sample(String path, String type) {
    String special = SAMPLES.get(path);
    return special != null
        ? json(special)
        : switch (type) {
          case "string" -> JSON.getNodeFactory().textNode("sample");
          case "integer" -> JSON.getNodeFactory().numberNode(SAMPLE_NUMBER);
          case "boolean" -> JSON.getNodeFactory().booleanNode(true);
          default -> throw new AssertionError(path + ": no sample of type " + type);
        };
  }

  /** The smallest spec. */
  public static ObjectNode smallest() {
    return (ObjectNode)
        json("{'Name':'web','TaskTemplate':{'ContainerSpec':{'Image':'test/app:1'}}}");
  }

  private static ObjectNode spec(String path, JsonNode value) {
    ObjectNode spec = smallest();
    if (path.startsWith("TaskTemplate.PluginSpec")) {
      ((ObjectNode) spec.get("TaskTemplate")).put("Runtime", "plugin");
    }
    put(spec, path, value);
    return spec;
  }

  /** The same spec without the field, but with all that stands around it. */
  public static ObjectNode without(Field field) {
    ObjectNode spec = smallest();
    JsonNode missing = JSON.getNodeFactory().missingNode();
    put(spec, field.path(), missing);
    return spec;
  }

  private static void put(ObjectNode spec, String path, JsonNode value) {
    Map<String, String> around = new TreeMap<>();
    AROUND.forEach((prefix, text) -> {
      if (path.startsWith(prefix)) {
        around.put(prefix, text);
      }
    });
    // A longer prefix says more precisely what has to be there.
    around.forEach((prefix, text) -> {
      String place =
          prefix.endsWith("Options") || prefix.endsWith("Profile")
              ? prefix.substring(0, prefix.lastIndexOf('.'))
              : prefix;
      merge(parent(spec, steps(place)), (ObjectNode) json(text));
    });
    if (value.isMissingNode()) {
      return;
    }
    List<String> steps = steps(path);
    String last = steps.getLast();
    if (last.equals("[]")) {
      List<String> list = steps.subList(0, steps.size() - 1);
      if (list.getLast().equals("[]")) {
        ArrayNode outer =
            parent(spec, list.subList(0, list.size() - 2)).putArray(list.get(list.size() - 2));
        outer.addArray().add(value);
      } else {
        parent(spec, list.subList(0, list.size() - 1)).putArray(list.getLast()).add(value);
      }
    } else {
      parent(spec, steps.subList(0, steps.size() - 1))
          .set(last.equals("*") ? "sample" : last, value);
    }
  }

  /** The object at the end of the steps, made where it is not there. */
  private static ObjectNode parent(ObjectNode spec, List<String> steps) {
    JsonNode at = spec;
    for (int i = 0; i < steps.size(); i++) {
      String step = steps.get(i);
      if (step.equals("[]")) {
        ArrayNode list = (ArrayNode) at;
        at = list.isEmpty() ? list.addObject() : list.get(0);
      } else {
        boolean list = i + 1 < steps.size() && steps.get(i + 1).equals("[]");
        ObjectNode object = (ObjectNode) at;
        if (!object.has(step)) {
          object.set(step, list ? JSON.createArrayNode() : JSON.createObjectNode());
        }
        at = object.get(step);
      }
    }
    return (ObjectNode) at;
  }

  private static void merge(ObjectNode into, ObjectNode more) {
    more.properties()
        .forEach(entry -> {
          if (entry.getValue() instanceof ObjectNode object && into.has(entry.getKey())) {
            merge((ObjectNode) into.get(entry.getKey()), object);
          } else {
            into.set(entry.getKey(), entry.getValue());
          }
        });
  }

  private static List<String> steps(String path) {
    return List.of(path.replace("[]", ".[]").split("\\."));
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }
}
