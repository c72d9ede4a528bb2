/**
 * What the parts of Skep say to one another over the event bus: records by topic, and how a commit
 * is told to scripts. Values only; who says what to whom is in {@link
 * dev.skep.store.bus.Addresses}. Start with {@link dev.skep.store.bus.message.AgentMessages}.
 */
@NullMarked
package dev.skep.store.bus.message;

import org.jspecify.annotations.NullMarked;
