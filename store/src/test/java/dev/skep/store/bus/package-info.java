@NullMarked
package dev.skep.store.bus;

import org.jspecify.annotations.NullMarked;
