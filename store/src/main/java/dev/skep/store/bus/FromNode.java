package dev.skep.store.bus;

/** What a node says of itself to the leader. */
public interface FromNode {
  String nodeId();
}
