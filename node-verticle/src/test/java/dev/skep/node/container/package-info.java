@NullMarked
package dev.skep.node.container;

import org.jspecify.annotations.NullMarked;
