package dev.skep.store.template;

import dev.skep.store.model.Task;
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
  Fields fields() {
    return new Fields(
        Map.of(
            "Service",
            new Fields(
                Map.of(
                    "ID", serviceId, "Name", serviceName, "Labels", new TreeMap<>(serviceLabels))),
            "Node",
            new Fields(
                Map.of(
                    "ID",
                    nodeId,
                    "Hostname",
                    hostname,
                    "Platform",
                    new Fields(Map.of("OS", os, "Architecture", architecture)))),
            "Task",
            new Fields(Map.of("ID", taskId, "Name", taskName, "Slot", taskSlot))));
  }

  /** Values by fixed names; unlike in a map of labels, another name is a mistake. */
  record Fields(Map<String, Object> values) {}
}
