@NullMarked
package dev.skep.gateway.status;

import org.jspecify.annotations.NullMarked;
