/**
 * The swarm's nouns as the Engine API writes them: specs (what is wanted, {@code model.spec})
 * beside status (what is).
 *
 * <p>Every record here is immutable, has the API's own JSON names and is what HTTP, the bus and the
 * store all carry. Components that only Skep itself may see are marked {@link
 * dev.skep.store.model.json.Json.Stored}: they are stored and sent between daemons, and left out of
 * what the API answers. This room knows no I/O, no clock and no behaviour beyond validating and
 * normalising what it is given. Start with {@link dev.skep.store.model.Service} and {@link
 * dev.skep.store.model.Task}.
 */
@NullMarked
package dev.skep.store.model;

import org.jspecify.annotations.NullMarked;
