/**
 * The endpoints' way to the cluster: the state that a client may see, finding an object by name or
 * the beginning of its id, and commits.
 *
 * <p>Start at {@link dev.skep.gateway.api.cluster.SwarmGate}. This room knows the store's contract
 * and nothing of HTTP.
 */
@NullMarked
package dev.skep.gateway.api.cluster;

import org.jspecify.annotations.NullMarked;
