@NullMarked
package dev.skep.gateway.remote;

import org.jspecify.annotations.NullMarked;
