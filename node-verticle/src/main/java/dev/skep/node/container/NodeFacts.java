package dev.skep.node.container;

import dev.skep.store.model.Task;
import dev.skep.store.template.TemplateScope;

/** What a container's request needs to know of the node. */
public record NodeFacts(String nodeId, String hostname, String os, String architecture) {
  /** What the templates of a task on this node can name. */
  public TemplateScope scope(Task task) {
    return TemplateScope.of(task, hostname, os, architecture);
  }
}
