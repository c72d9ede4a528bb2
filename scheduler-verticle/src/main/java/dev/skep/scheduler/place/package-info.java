/**
 * Which node gets a task. {@link dev.skep.scheduler.place.Fleet} knows what each node carries,
 * {@link dev.skep.scheduler.place.Placement} chooses, and {@link dev.skep.scheduler.place.Filter}s
 * refuse with reasons that users read. Pure: no clock, no I/O, no chance.
 */
@NullMarked
package dev.skep.scheduler.place;

import org.jspecify.annotations.NullMarked;
