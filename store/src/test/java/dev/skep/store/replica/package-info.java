@NullMarked
package dev.skep.store.replica;

import org.jspecify.annotations.NullMarked;
