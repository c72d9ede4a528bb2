package dev.skep.node.container;

/** What a container's request needs to know of the node. */
public record NodeFacts(String nodeId, String hostname, String os, String architecture) {}
