@NullMarked
package dev.skep.node.concurrent;

import org.jspecify.annotations.NullMarked;
