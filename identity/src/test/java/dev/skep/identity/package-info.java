@NullMarked
package dev.skep.identity;

import org.jspecify.annotations.NullMarked;
