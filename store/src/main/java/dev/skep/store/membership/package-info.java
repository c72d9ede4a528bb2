/**
 * What the gateway may ask of the daemon it lives in: whether this host is in a swarm and as what,
 * and to found, join or leave one. The daemon's composition root implements {@link
 * dev.skep.store.membership.Membership}.
 */
@NullMarked
package dev.skep.store.membership;

import org.jspecify.annotations.NullMarked;
