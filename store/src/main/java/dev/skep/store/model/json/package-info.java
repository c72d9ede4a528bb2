/**
 * How the model's values are written and read: the Engine API's JSON, and the store's own, which
 * keeps all. It must never hold rules about what is written. Start with {@link
 * dev.skep.store.model.json.Json}.
 */
@NullMarked
package dev.skep.store.model.json;

import org.jspecify.annotations.NullMarked;
