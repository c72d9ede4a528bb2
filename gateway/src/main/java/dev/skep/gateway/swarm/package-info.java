/** The swarm as a whole: init, join, leave, inspect, update, tokens, locks. */
@NullMarked
package dev.skep.gateway.swarm;

import org.jspecify.annotations.NullMarked;
