package dev.skep.store.template;

import dev.skep.store.model.Task;
import dev.skep.store.template.value.GoString;
import dev.skep.store.template.value.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What templates can name: the service, node and task that a container is made for. */
public record TemplateScope(
    String serviceId,
    String serviceName,
    Map<String, String> serviceLabels,
    String nodeId,
    String hostname,
    String os,
    String architecture,
    String taskId,
    String taskName,
    String taskSlot) {
  public TemplateScope {
    serviceLabels = Map.copyOf(serviceLabels);
  }

  /**
   * @param hostname of the node, with its operating system and architecture
   */
  public static TemplateScope of(Task task, String hostname, String os, String architecture) {
    return new TemplateScope(
        task.serviceId(),
        task.serviceName(),
        task.serviceLabels(),
        task.nodeId(),
        hostname,
        os,
        architecture,
        task.id(),
        task.name(),
        task.slotKey());
  }

  /** The same as the templates walk it. */
  Value value() {
    return new Value.Struct(
        "*template.Context",
        fields(
            "Service",
            Value.struct(
                fields("ID", text(serviceId), "Name", text(serviceName), "Labels", labels())),
            "Node",
            Value.struct(
                fields(
                    "ID",
                    text(nodeId),
                    "Hostname",
                    text(hostname),
                    "Platform",
                    new Value.Struct(
                        "template.Platform",
                        fields("Architecture", text(architecture), "OS", text(os))))),
            "Task",
            Value.struct(
                fields("ID", text(taskId), "Name", text(taskName), "Slot", text(taskSlot)))));
  }

  private static Map<String, Value> fields(
      String a, Value valueOfA, String b, Value valueOfB, String c, Value valueOfC) {
    Map<String, Value> fields = new LinkedHashMap<>(fields(a, valueOfA, b, valueOfB));
    fields.put(c, valueOfC);
    return Collections.unmodifiableMap(fields);
  }

  private static Map<String, Value> fields(String a, Value valueOfA, String b, Value valueOfB) {
    Map<String, Value> fields = new LinkedHashMap<>();
    fields.put(a, valueOfA);
    fields.put(b, valueOfB);
    return Collections.unmodifiableMap(fields);
  }

  private static Value text(String text) {
    return new Value.Text(GoString.of(text));
  }

  private Value labels() {
    TreeMap<String, String> labels = new TreeMap<>();
    serviceLabels.forEach((key, value) -> labels.put(GoString.of(key), GoString.of(value)));
    return new Value.Dict(Collections.unmodifiableSortedMap(labels));
  }
}
