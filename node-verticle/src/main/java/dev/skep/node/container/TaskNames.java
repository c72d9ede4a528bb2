package dev.skep.node.container;

import dev.skep.store.model.Task;
import dev.skep.store.model.spec.TaskSpec;
import dev.skep.store.template.Template;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** By what names tasks are found. */
public final class TaskNames {
  private TaskNames() {}

  /**
   * The names by which a task is found on a network, Swarm's {@code tasks.} ones included. Throws
   * TemplateException when an alias cannot be expanded.
   */
  public static Set<String> on(
      TaskSpec.NetworkAttachmentConfig network, Task task, NodeFacts node) {
    Set<String> all = new LinkedHashSet<>(List.of(task.serviceName()));
    network.aliases().forEach(alias -> all.add(Template.expand(node.scope(task), alias)));
    List.copyOf(all).forEach(name -> all.add("tasks." + name));
    return all;
  }
}
