@NullMarked
package dev.skep.node.engine;

import org.jspecify.annotations.NullMarked;
