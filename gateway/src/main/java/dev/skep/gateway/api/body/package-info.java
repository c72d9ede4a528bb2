/**
 * Bodies of requests and answers: how much memory they may take, and the JSON in them.
 *
 * <p>Start at {@link dev.skep.gateway.api.body.MemoryBudget}: nothing reads a body that has no room
 * there. This room must never know what one kind of object means.
 */
@NullMarked
package dev.skep.gateway.api.body;

import org.jspecify.annotations.NullMarked;
