/**
 * The whole thing from outside: `bin/skep demo`, the docker command, HTTP requests, signals. These
 * tests know no class of Skep's; they need root, a Docker Engine and a built lib/, and carry the
 * tag "e2e". bin/verify runs them. Start with {@link dev.skep.conf.e2e.DemoSwarm}.
 */
@NullMarked
package dev.skep.conf.e2e;

import org.jspecify.annotations.NullMarked;
