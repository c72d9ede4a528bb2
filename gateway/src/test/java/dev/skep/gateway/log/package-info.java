@NullMarked
package dev.skep.gateway.log;

import org.jspecify.annotations.NullMarked;
