@NullMarked
package dev.skep.node.network;

import org.jspecify.annotations.NullMarked;
