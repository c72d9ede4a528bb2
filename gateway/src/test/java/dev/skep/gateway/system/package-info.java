@NullMarked
package dev.skep.gateway.system;

import org.jspecify.annotations.NullMarked;
