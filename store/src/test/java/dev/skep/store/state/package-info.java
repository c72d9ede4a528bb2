@NullMarked
package dev.skep.store.state;

import org.jspecify.annotations.NullMarked;
