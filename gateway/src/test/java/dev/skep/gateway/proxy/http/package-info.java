@NullMarked
package dev.skep.gateway.proxy.http;

import org.jspecify.annotations.NullMarked;
