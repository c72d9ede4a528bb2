@NullMarked
package dev.skep.gateway.api;

import org.jspecify.annotations.NullMarked;
