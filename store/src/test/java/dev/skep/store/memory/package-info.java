@NullMarked
package dev.skep.store.memory;

import org.jspecify.annotations.NullMarked;
