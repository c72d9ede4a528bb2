@NullMarked
package dev.skep.node.agent;

import org.jspecify.annotations.NullMarked;
