/**
 * How the members of a store's group reach one another: not at all while there is one ({@code
 * Alone}), and over gRPC with mutual TLS once there are several. It must never know what the log
 * holds. Start with {@link dev.skep.store.raft.transport.Transport}.
 */
@NullMarked
package dev.skep.store.raft.transport;

import org.jspecify.annotations.NullMarked;
