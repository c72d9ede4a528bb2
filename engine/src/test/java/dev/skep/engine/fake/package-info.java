/**
 * Docker Engines for tests: of this module, and of those that stand on it.
 *
 * <p>Start at {@link dev.skep.engine.fake.FakeEngine}, which lives in memory: it answers as a real
 * engine does, by topic (containers, images, networks, events), and does what a test tells it to.
 * The others stand on {@link dev.skep.engine.fake.RawServer} and are not engines at all but what a
 * client or a proxy may meet in place of one: {@link dev.skep.engine.fake.FaultyEngine} breaks off,
 * lies or is silent, {@link dev.skep.engine.fake.ScriptedEngine} does exactly what a test says byte
 * by byte, {@link dev.skep.engine.fake.RecordingEngine} takes everything and notes it.
 */
@NullMarked
package dev.skep.engine.fake;

import org.jspecify.annotations.NullMarked;
