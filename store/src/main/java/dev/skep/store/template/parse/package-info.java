/**
 * From a template's text to its tree, with Go's own errors. Pure; it must never evaluate anything.
 * Start with {@code TemplateParser}.
 */
@NullMarked
package dev.skep.store.template.parse;

import org.jspecify.annotations.NullMarked;
