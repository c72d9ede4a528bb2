@NullMarked
package dev.skep.node;

import org.jspecify.annotations.NullMarked;
