package dev.skep.node.container;

import dev.skep.store.model.Task;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  public static TemplateScope of(Task task, NodeFacts node) {
    return new TemplateScope(
        task.serviceId(),
        task.serviceName(),
        task.serviceLabels(),
        task.nodeId(),
        node.hostname(),
        node.os(),
        node.architecture(),
        task.id(),
        task.name(),
        task.slotKey());
  }

  /**
   * The value behind a dotted path such as .Service.Name: a text, or the labels' map; null when
   * there is no such field.
   */
  @Nullable Object field(String path) {
    return switch (path) {
      case ".Service.ID" -> serviceId;
      case ".Service.Name" -> serviceName;
      case ".Service.Labels" -> serviceLabels;
      case ".Node.ID" -> nodeId;
      case ".Node.Hostname" -> hostname;
      case ".Node.Platform.OS" -> os;
      case ".Node.Platform.Architecture" -> architecture;
      case ".Task.ID" -> taskId;
      case ".Task.Name" -> taskName;
      case ".Task.Slot" -> taskSlot;
      default ->
          path.startsWith(".Service.Labels.")
              ? serviceLabels.getOrDefault(path.substring(".Service.Labels.".length()), "")
              : null;
    };
  }
}
