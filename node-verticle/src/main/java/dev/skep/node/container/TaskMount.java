package dev.skep.node.container;

/** A file of the host that appears, read-only, in a task's container. */
public record TaskMount(String source, String target) {}
