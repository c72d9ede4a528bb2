@NullMarked
package dev.skep.gateway;

import org.jspecify.annotations.NullMarked;
