@NullMarked
package dev.skep.gateway.proxy.exchange;

import org.jspecify.annotations.NullMarked;
