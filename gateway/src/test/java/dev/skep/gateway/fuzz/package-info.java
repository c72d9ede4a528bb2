@NullMarked
package dev.skep.gateway.fuzz;

import org.jspecify.annotations.NullMarked;
