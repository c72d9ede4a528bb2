/**
 * The templates that Swarm allows in a service's spec and in secrets and configs: the gateway
 * checks them, the node expands them. Pure. A text is parsed ({@code parse}) and then evaluated
 * ({@code eval}), with Go's way to print values ({@code printf}). Start with {@code Template}.
 */
@NullMarked
package dev.skep.store.template;

import org.jspecify.annotations.NullMarked;
