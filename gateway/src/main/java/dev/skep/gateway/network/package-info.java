/**
 * Networks: those of swarm scope are the store's, all others the host's engine's; clients see both
 * as one list.
 */
@NullMarked
package dev.skep.gateway.network;

import org.jspecify.annotations.NullMarked;
