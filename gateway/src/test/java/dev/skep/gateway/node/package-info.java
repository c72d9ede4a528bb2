@NullMarked
package dev.skep.gateway.node;

import org.jspecify.annotations.NullMarked;
