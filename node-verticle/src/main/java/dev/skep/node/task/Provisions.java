package dev.skep.node.task;

import dev.skep.node.agent.Assignments;
import dev.skep.node.container.NodeFacts;

/**
 * What tasks are made from, as it is now: what the leader assigned along with them, and what is
 * known of the node. On the agent's context only; look anew after each wait.
 */
public final class Provisions {
  private Assignments assignments = Assignments.NONE;
  private NodeFacts node;

  public Provisions(NodeFacts node) {
    this.node = node;
  }

  public Assignments assignments() {
    return assignments;
  }

  public NodeFacts node() {
    return node;
  }

  void replace(Assignments now) {
    assignments = now;
  }

  /** The engine has said more of its host. */
  public void replace(NodeFacts now) {
    node = now;
  }
}
