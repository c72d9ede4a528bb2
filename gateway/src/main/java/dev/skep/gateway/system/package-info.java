/** The endpoints about the host as a whole: ping, version, info. */
@NullMarked
package dev.skep.gateway.system;

import org.jspecify.annotations.NullMarked;
