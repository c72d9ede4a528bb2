@NullMarked
package dev.skep.gateway.secret;

import org.jspecify.annotations.NullMarked;
