/**
 * Talks to the agents. Start with {@link dev.skep.scheduler.dispatch.Dispatcher}. A {@code Session}
 * says what an agent is to be sent next; {@link dev.skep.scheduler.dispatch.InputQueue} and {@link
 * dev.skep.scheduler.dispatch.Reports} fold what agents said into a plan.
 *
 * <p>It never decides what should run, and keeps only soft state: any message may be lost or come
 * twice.
 */
@NullMarked
package dev.skep.scheduler.dispatch;

import org.jspecify.annotations.NullMarked;
