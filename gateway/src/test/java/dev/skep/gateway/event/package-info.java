@NullMarked
package dev.skep.gateway.event;

import org.jspecify.annotations.NullMarked;
