/**
 * Go's {@code fmt}: how values become text, by verb and flag. Pure. It must never know templates.
 * Start with {@code Printf}.
 */
@NullMarked
package dev.skep.store.template.printf;

import org.jspecify.annotations.NullMarked;
