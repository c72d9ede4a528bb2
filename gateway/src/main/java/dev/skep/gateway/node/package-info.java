/** The nodes: list, inspect, update, remove. */
@NullMarked
package dev.skep.gateway.node;

import org.jspecify.annotations.NullMarked;
