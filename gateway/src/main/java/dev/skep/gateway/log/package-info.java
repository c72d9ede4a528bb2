/**
 * The logs of services and tasks: a stream for each task, pulled from its node over the bus, woven
 * into one. A slow client slows the sources: each answers only when it is asked for more.
 */
@NullMarked
package dev.skep.gateway.log;

import org.jspecify.annotations.NullMarked;
