/** A store that keeps nothing: for tests and simulations, with the behaviour of the real ones. */
@NullMarked
package dev.skep.store.memory;

import org.jspecify.annotations.NullMarked;
