/** What every store must do: {@link dev.skep.store.StoreContract} is passed by each of them. */
@NullMarked
package dev.skep.store;

import org.jspecify.annotations.NullMarked;
