/**
 * The event-bus contract: every address, the record that each carries, and the one wrapper through
 * which parts talk.
 *
 * <p>Delivery is at most once. A message may be lost or come twice; every exchange here can be
 * repeated without harm, and state reconciles. Bodies are JSON objects with the model's names, so
 * that scripts can read and send them. Start with {@link dev.skep.store.bus.Addresses}.
 */
@NullMarked
package dev.skep.store.bus;

import org.jspecify.annotations.NullMarked;
