/**
 * Waiting on one context: tasks that read top to bottom, run on virtual threads of one Vert.x
 * context, and yield only where they wait. Between two waits nothing else of the context runs, so
 * state that is touched there alone needs no lock; no local that was copied from a field survives a
 * wait.
 */
@NullMarked
package dev.skep.node.concurrent;

import org.jspecify.annotations.NullMarked;
