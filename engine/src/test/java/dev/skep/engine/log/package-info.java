@NullMarked
package dev.skep.engine.log;

import org.jspecify.annotations.NullMarked;
