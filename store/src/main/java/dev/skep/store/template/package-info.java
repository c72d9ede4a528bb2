/**
 * The templates that Swarm allows in a service's spec and in secrets and configs: the gateway
 * checks them, the node expands them. Pure. Start with {@code Template}.
 */
@NullMarked
package dev.skep.store.template;

import org.jspecify.annotations.NullMarked;
