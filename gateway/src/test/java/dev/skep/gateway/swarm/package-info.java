@NullMarked
package dev.skep.gateway.swarm;

import org.jspecify.annotations.NullMarked;
