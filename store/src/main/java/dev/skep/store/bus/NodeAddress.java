package dev.skep.store.bus;

/**
 * Where a part of one node listens. What is said there is sealed with that node's key, so that only
 * those who know it are heard: the node itself, and the managers.
 *
 * @param text the address on the event bus
 */
public record NodeAddress(String nodeId, String text) {
  static NodeAddress of(String nodeId, String what) {
    return new NodeAddress(nodeId, "skep.node." + nodeId + "." + what);
  }
}
