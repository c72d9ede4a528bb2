/**
 * Tests of the road to the engine: against a scripted engine, and with the docker CLI against a
 * real one.
 */
@NullMarked
package dev.skep.gateway.proxy;

import org.jspecify.annotations.NullMarked;
