/**
 * Text, numbers and times as Go reads and shows them, because clients of the Engine API match what
 * Go's libraries say. Pure functions; they must never know what a value is for.
 */
@NullMarked
package dev.skep.gateway.api.go;

import org.jspecify.annotations.NullMarked;
