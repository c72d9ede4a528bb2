@NullMarked
package dev.skep.engine;

import org.jspecify.annotations.NullMarked;
