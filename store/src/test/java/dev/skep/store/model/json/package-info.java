@NullMarked
package dev.skep.store.model.json;

import org.jspecify.annotations.NullMarked;
