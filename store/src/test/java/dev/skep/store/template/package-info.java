@NullMarked
package dev.skep.store.template;

import org.jspecify.annotations.NullMarked;
