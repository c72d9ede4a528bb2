/**
 * A template's tree and its scope make a text: Go's actions, functions, comparisons and escapes.
 * Pure and bounded: each step is paid for from {@link dev.skep.store.template.value.Work}. Start
 * with {@code Execution}.
 */
@NullMarked
package dev.skep.store.template.eval;

import org.jspecify.annotations.NullMarked;
