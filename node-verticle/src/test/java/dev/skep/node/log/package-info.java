@NullMarked
package dev.skep.node.log;

import org.jspecify.annotations.NullMarked;
