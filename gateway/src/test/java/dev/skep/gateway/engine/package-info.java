@NullMarked
package dev.skep.gateway.engine;

import org.jspecify.annotations.NullMarked;
