/**
 * How people and programs talk to Skep: the Docker Engine API, served to unmodified clients.
 *
 * <p>Start with {@link dev.skep.gateway.GatewayVerticle}, then {@code Routes}: every request that
 * Skep answers itself, on one page. Each kind of object has a room of its own ({@code service},
 * {@code node}, {@code network}, …); all of them are made of what is in {@link
 * dev.skep.gateway.api}. What is not the swarm's passes through {@link dev.skep.gateway.proxy} to
 * the host's engine.
 *
 * <p>This room reads the store's snapshots and commits to the store. It must never decide where a
 * task runs, and never touch a task's container.
 */
@NullMarked
package dev.skep.gateway;

import org.jspecify.annotations.NullMarked;
