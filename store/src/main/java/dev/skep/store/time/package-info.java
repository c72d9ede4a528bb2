/** The time that a cluster is run by. Start with {@link dev.skep.store.time.SteadyClock}. */
@NullMarked
package dev.skep.store.time;

import org.jspecify.annotations.NullMarked;
