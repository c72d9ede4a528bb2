@NullMarked
package dev.skep.gateway.api.go;

import org.jspecify.annotations.NullMarked;
