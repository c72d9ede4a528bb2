@NullMarked
package dev.skep.node.names;

import org.jspecify.annotations.NullMarked;
