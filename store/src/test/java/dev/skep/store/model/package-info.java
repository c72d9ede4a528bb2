@NullMarked
package dev.skep.store.model;

import org.jspecify.annotations.NullMarked;
