/** How bytes are made unreadable and unchangeable: what a store keeps, and what nodes are told. */
@NullMarked
package dev.skep.store.seal;

import org.jspecify.annotations.NullMarked;
