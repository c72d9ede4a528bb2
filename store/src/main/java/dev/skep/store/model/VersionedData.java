package dev.skep.store.model;

import dev.skep.store.model.spec.Driver;
import org.jspecify.annotations.Nullable;

/**
 * One version of a secret's or config's data.
 *
 * @param version counts from 0, which is what it was created with
 * @param data the bytes in base64
 * @param templating the template engine that expands the data on the node (golang), if any
 */
public record VersionedData(long version, Sensitive data, @Nullable Driver templating) {}
