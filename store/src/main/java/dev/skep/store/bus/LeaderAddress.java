package dev.skep.store.bus;

/**
 * Where the leader listens to nodes. What a node says there is sealed with its own key, so that
 * none can speak for another.
 *
 * @param text the address on the event bus
 */
public record LeaderAddress(String text) {}
