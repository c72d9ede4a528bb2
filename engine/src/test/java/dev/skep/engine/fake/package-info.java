/**
 * A Docker Engine that lives in memory: it answers the calls the agent makes as a real one does,
 * and does what a test tells it to.
 */
@NullMarked
package dev.skep.engine.fake;

import org.jspecify.annotations.NullMarked;
