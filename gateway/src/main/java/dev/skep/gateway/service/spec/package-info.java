/**
 * Makes one spec of another: names to ids ({@link dev.skep.gateway.service.spec.References}), what
 * was left out filled in, an update merged with what was there. Never commits anything.
 */
@NullMarked
package dev.skep.gateway.service.spec;

import org.jspecify.annotations.NullMarked;
