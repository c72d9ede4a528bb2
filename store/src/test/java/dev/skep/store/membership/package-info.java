@NullMarked
package dev.skep.store.membership;

import org.jspecify.annotations.NullMarked;
