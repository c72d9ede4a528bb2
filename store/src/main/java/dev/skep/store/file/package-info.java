/**
 * Files that are on the disk before anything relies on them. It must never know what is in them.
 * Start with {@link dev.skep.store.file.AtomicFile}.
 */
@NullMarked
package dev.skep.store.file;

import org.jspecify.annotations.NullMarked;
