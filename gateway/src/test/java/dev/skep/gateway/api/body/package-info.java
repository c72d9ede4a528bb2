@NullMarked
package dev.skep.gateway.api.body;

import org.jspecify.annotations.NullMarked;
