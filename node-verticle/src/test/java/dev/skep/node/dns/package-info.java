@NullMarked
package dev.skep.node.dns;

import org.jspecify.annotations.NullMarked;
