@NullMarked
package dev.skep.conf.swarm;

import org.jspecify.annotations.NullMarked;
