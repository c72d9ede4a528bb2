/**
 * What users ask for, as the Engine API writes it: a service's tasks, their containers, mounts and
 * resources. Values only, as in {@link dev.skep.store.model}. Start with {@link
 * dev.skep.store.model.spec.ServiceSpec}.
 */
@NullMarked
package dev.skep.store.model.spec;

import org.jspecify.annotations.NullMarked;
