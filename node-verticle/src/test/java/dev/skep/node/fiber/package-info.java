@NullMarked
package dev.skep.node.fiber;

import org.jspecify.annotations.NullMarked;
