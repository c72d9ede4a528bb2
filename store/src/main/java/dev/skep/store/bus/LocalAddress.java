package dev.skep.store.bus;

/**
 * Where a part listens to the parts of its own daemon only: nothing of what is said there comes
 * from the bus between hosts or goes over it.
 *
 * @param text the address on the event bus
 */
public record LocalAddress(String text) {
  static LocalAddress of(String nodeId, String what) {
    return new LocalAddress("skep.node." + nodeId + "." + what);
  }
}
