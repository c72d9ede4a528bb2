@NullMarked
package dev.skep.node.task;

import org.jspecify.annotations.NullMarked;
