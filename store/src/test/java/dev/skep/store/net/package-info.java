@NullMarked
package dev.skep.store.net;

import org.jspecify.annotations.NullMarked;
