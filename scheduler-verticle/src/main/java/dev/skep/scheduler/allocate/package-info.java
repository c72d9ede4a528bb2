/**
 * What the cluster hands out from its own supply: published ports. Start with {@link
 * dev.skep.scheduler.allocate.Endpoints}. Pure.
 */
@NullMarked
package dev.skep.scheduler.allocate;

import org.jspecify.annotations.NullMarked;
