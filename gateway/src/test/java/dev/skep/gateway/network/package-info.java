@NullMarked
package dev.skep.gateway.network;

import org.jspecify.annotations.NullMarked;
