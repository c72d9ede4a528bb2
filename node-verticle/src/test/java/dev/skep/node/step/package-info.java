@NullMarked
package dev.skep.node.step;

import org.jspecify.annotations.NullMarked;
