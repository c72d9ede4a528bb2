package dev.skep.node.network;

import dev.skep.store.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a container joins a network when the engine makes it.
 *
 * @param engineName the engine's name for the network
 * @param address that it is to have there; null lets the engine choose
 */
public record Attachment(String engineName, @Nullable IpAddress address) {}
