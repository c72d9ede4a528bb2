/**
 * The values that templates know, Go's strings, and the bound on the work that one template may be.
 * Pure. Start with {@code Value}.
 */
@NullMarked
package dev.skep.store.template.value;

import org.jspecify.annotations.NullMarked;
