package dev.skep.engine.log;

import io.vertx.core.buffer.Buffer;

/**
 * A piece of a container's log as one write made it: usually one line. Stream 1 is stdout, 2
 * stderr.
 */
public record LogFrame(int stream, Buffer payload) {}
