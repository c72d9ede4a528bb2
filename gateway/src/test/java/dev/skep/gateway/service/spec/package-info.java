@NullMarked
package dev.skep.gateway.service.spec;

import org.jspecify.annotations.NullMarked;
