/**
 * What the tests of all modules share. It knows nothing of Skep, and nothing that ships knows it.
 *
 * <p>Start at {@link dev.skep.testkit.Await}. A test takes its Vert.x as a parameter from {@code
 * io.vertx.junit5.VertxExtension}, which closes it after the test; {@code testkit/vertx.json} holds
 * its options.
 */
@NullMarked
package dev.skep.testkit;

import org.jspecify.annotations.NullMarked;
