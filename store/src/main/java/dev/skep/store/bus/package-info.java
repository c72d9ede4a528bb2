/**
 * The event-bus contract: every address, and the one wrapper through which parts talk. The records
 * that addresses carry are in {@code bus.message}.
 *
 * <p>Delivery is at most once. A message may be lost, and its sender may repeat it; state
 * reconciles. Bodies are JSON with the model's names: events as objects that scripts can read, and
 * what only nodes and managers may say sealed. Start with {@link dev.skep.store.bus.Addresses}.
 */
@NullMarked
package dev.skep.store.bus;

import org.jspecify.annotations.NullMarked;
